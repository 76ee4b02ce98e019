"""What happens to objects: each module publishes the states of one kind and moves it through them."""
