"""The controller: it watches the replicas and appoints a leader (the chapter's control node)."""
