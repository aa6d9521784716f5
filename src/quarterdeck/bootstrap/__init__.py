"""The one composition root. A module for each role, which imports only what that role is made of."""
