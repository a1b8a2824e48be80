"""Who leads next, where the replicas decide it themselves: ballots, the rules, candidates, voters."""
