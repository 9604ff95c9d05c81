"""Text generation: a language model over characters or tokens."""
