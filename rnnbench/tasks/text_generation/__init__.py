"""Text generation: the next character (or token) of a text, again and again."""
