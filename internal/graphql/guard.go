package graphql

// What the token decides before any field at the root is resolved (app/graphql/mutations/base_mutation.rb).

import (
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
)

// guarded is a field at the root that refuses tokens which may not ask for it.
func guarded(root string, read func(c *call, x *exec, a args) (any, error)) field {
	return field{Resolve: func(x *exec, _ any, a args) (any, error) {
		if text, why := denied(callOf(x), x, root, a); text != "" {
			x.Note(why)
			return nil, failure(text)
		}
		return read(callOf(x), x, a)
	}}
}

const typeQuery, typeMutation = "Query", "Mutation"

// denied is what GitLab says to a token that may not ask for a field at the root, and why; "" if it may.
func denied(q *call, x *exec, root string, a args) (text, why string) {
	switch {
	case q.readOnly:
		return front.MsgReadOnly, "this GitLab is read-only"
	case root != typeMutation:
		return "", ""
	case q.granular:
		return q.granularRefusal(x.Field, a["input"].(args))
	case q.Anonymous():
		return msgNotAvailable, "nobody is signed in"
	case !q.Mutates():
		return msgNotAvailable, "the token of " + q.Token.User.Username + " has the scopes " +
			strings.Join(q.Token.Scopes, " ") + "; a mutation needs api"
	}
	return "", ""
}
