"""The tournament of resolvers: one set of conflicting writes that was recorded once, replayed through all."""
