"""Who leads next, if the replicas decide it themselves: ballots, rules, candidates, voters."""
