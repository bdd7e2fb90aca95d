"""Print receipts and notes as PDF: one layout, one compiler a process, the same bytes each time."""
