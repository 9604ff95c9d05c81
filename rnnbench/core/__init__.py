"""What all other folders rest on."""
