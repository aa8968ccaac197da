// Saves people reloads and clicks; every page works without it.
