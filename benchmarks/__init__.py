"""How far the product is from the hand-written limit."""
