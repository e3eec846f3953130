"""Drafting a layout from a file nobody has a layout for (`motcua layout suggest`)."""

from ingestion.suggest.suggestion import Suggestion, suggest
from ingestion.suggest.vocabulary import Vocabulary, vocabulary

__all__ = ["Suggestion", "Vocabulary", "suggest", "vocabulary"]
