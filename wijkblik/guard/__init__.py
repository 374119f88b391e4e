"""What keeps people out of the data: masking in texts, and pseudonyms for authors."""
