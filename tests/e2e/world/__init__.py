"""What the end-to-end tests stand on: a real master, real Spark, and clients of both."""
