"""How results look: from the store to tables, figures, exports and the page of a sweep."""
