"""The door for whoever uses the open dataset: releases, their files, and the stream of decisions."""
