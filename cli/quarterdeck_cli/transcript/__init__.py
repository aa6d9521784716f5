"""What is done with a recorded transcript: shown safely, played in its time, exported. No network, no terminal."""
