"""Templates: CloudFormation's language, and which of our commands each of its resource types comes down to."""
