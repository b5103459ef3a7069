package policy

import "testing"

func TestUpdateDeployKeyTitle(t *testing.T) {
	check(t, "", UpdateDeployKeyTitle(mia, false, false))
	const others = "other projects have the deploy key, too, and mia is no administrator"
	check(t, others, UpdateDeployKeyTitle(mia, false, true))
	const public = "the deploy key is for all projects, and mia is no administrator"
	for _, shared := range []bool{false, true} {
		check(t, public, UpdateDeployKeyTitle(mia, true, shared))
		check(t, "", UpdateDeployKeyTitle(root, true, shared))
		check(t, "", UpdateDeployKeyTitle(root, false, shared))
	}
}
