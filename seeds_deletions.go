package fakegitlab

import (
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/faults"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// deletion deletes something for the test, which is looked for by name.
func deletion[R any](name string, find func(*world.State, string) (R, error),
	do func(*world.State, R) error,
) func(*world.State) (struct{}, error) {
	return func(st *world.State) (struct{}, error) {
		found, err := find(st, name)
		if err == nil {
			err = do(st, found)
		}
		return struct{}{}, err
	}
}

// DeleteUser deletes a user with the tokens, memberships and personal projects, as an administrator would. Jobs that
// have not ended fail with user_blocked, but for those that are manual or canceling; all jobs of the user are those of
// the user "ghost" from then on. Runners stay and forget who made them. The only owner of a group cannot be deleted,
// nor can root.
func (f *Fake) DeleteUser(username string) {
	f.tb.Helper()
	change(f, "DeleteUser(%q)", username, deletion(username, (*world.State).UserByName, (*world.State).DeleteUser))
}

// DeleteGroup deletes a group and all groups and projects below it, with what DeleteProject deletes; at once, where
// GitLab waits for a worker or, from 18.0 on, for some days. Its own runners stay as orphans.
func (f *Fake) DeleteGroup(path string) {
	f.tb.Helper()
	change(f, "DeleteGroup(%q)", path, deletion(path, (*world.State).GroupByPath, surely((*world.State).DeleteGroup)))
}

// DeleteProject deletes a project with its jobs, memberships, access tokens and their bots, at once. Runners that serve
// other projects, too, go on with those; others stay as orphans, and are deleted in 18.0 to 18.2.
func (f *Fake) DeleteProject(path string) {
	f.tb.Helper()
	change(f, "DeleteProject(%q)", path,
		deletion(path, (*world.State).ProjectByPath, surely((*world.State).DeleteProject)))
}

// RevokeAccessToken revokes the access token of that value: whoever has it gets 401. It stays, as revoked. Revoking
// again does nothing.
func (f *Fake) RevokeAccessToken(token string) {
	f.tb.Helper()
	change(f, "RevokeAccessToken(%q)", journal.ShortenTokens(token), deletion(token, (*world.State).AccessTokenByValue,
		surely((*world.State).RevokeToken)))
}

// Shares returns copies of all invitations of groups: those into groups first, in the order of their IDs, and of one
// group or project the oldest first.
func (f *Fake) Shares() []Share { return append([]Share{}, f.Snapshot().Shares...) }

// AddShare invites a group into another group or a project: its members have a role there.
func (f *Fake) AddShare(s Share) Share {
	f.tb.Helper()
	return change(f, "AddShare(%q)", s.Path, func(st *world.State) (Share, error) {
		if bad := badValues(s); len(bad) > 0 {
			return s, bad
		}
		return addShare(st, s)
	})
}

// DeleteShare takes the invitation of a group into the group or project at a path back.
func (f *Fake) DeleteShare(path, group string) {
	f.tb.Helper()
	change(f, "DeleteShare(%q)", path, func(st *world.State) (struct{}, error) {
		return struct{}{}, st.DeleteShare(path, group)
	})
}

// surely is a transition that cannot fail as one that may.
func surely[R any](do func(*world.State, R)) func(*world.State, R) error {
	return func(st *world.State, r R) error {
		do(st, r)
		return nil
	}
}

// NextID has the next record that a request makes get this ID: a runner, a job (by a retry), a user, an access token, a
// group or a project, but no runner manager, which comes along with others. Several queue up, each for one record. An
// ID that a runner has already fails the test; one that no request used is a problem at its end (WithUnusedFailures).
// Reset forgets them.
func (f *Fake) NextID(id int) {
	f.tb.Helper()
	at := faults.Planted{At: place()}.Place("")
	change(f, "NextID(%s)", strconv.Itoa(id), func(st *world.State) (struct{}, error) {
		return struct{}{}, st.PinID(id, at)
	})
}

// NextToken has the next token that a request makes be this one: a new runner's, a reset one or a registration token.
// It may have any form, also one that GitLab would not make. It queues up, fails and is forgotten as NextID.
func (f *Fake) NextToken(token string) {
	f.tb.Helper()
	at := faults.Planted{At: place()}.Place("")
	change(f, "NextToken(%q)", journal.ShortenTokens(token), func(st *world.State) (struct{}, error) {
		return struct{}{}, st.PinToken(token, at)
	})
}

// AddDeployToken adds a deploy token and returns it with what was empty filled in.
func (f *Fake) AddDeployToken(t DeployToken) DeployToken {
	f.tb.Helper()
	return change(f, "AddDeployToken(%q)", t.Name, adding(addDeployToken, t, publicDeployToken))
}

// AddDeployKey adds a deploy key and returns it with what was empty filled in.
func (f *Fake) AddDeployKey(k DeployKey) DeployKey {
	f.tb.Helper()
	return change(f, "AddDeployKey(%q)", k.Title, func(st *world.State) (DeployKey, error) {
		return adding(addDeployKey, k, publicDeployKey(st))(st)
	})
}
