"""A session as one page of HTML, for reviewers who have nothing else."""
