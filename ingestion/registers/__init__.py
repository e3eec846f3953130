"""Register workbooks: what cases cannot tell, kept by units or the office in a template of ours."""
