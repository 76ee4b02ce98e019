"""The check desk: who gave a large gift, whether it is accepted or goes back, and donors who give together."""
