"""Staff: who may sit at the desk, how they sign in, what their role allows, and the log of what they did."""
