"""What happens in one run: a configuration is trained, evaluated and recorded; a stored run is loaded again."""
