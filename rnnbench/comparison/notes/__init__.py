"""What a table says in words: the verdict, footnotes and how certain they are."""
