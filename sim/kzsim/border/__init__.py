"""The border as a network: crossings, posts, stations, demand and green corridors."""
