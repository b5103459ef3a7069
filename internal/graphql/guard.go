package graphql

// What the token decides before any field at the root is resolved (app/graphql/mutations/base_mutation.rb,
// lib/gitlab/graphql/authz/granular_token_authorization.rb).

import (
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
)

// guarded are the bindings of fields with those of the root refusing tokens that may not ask for them.
func guarded(fields map[string]graphqlruby.Field) map[string]graphqlruby.Field {
	for name, f := range fields {
		root, _, _ := strings.Cut(name, ".")
		if root != typeQuery && root != typeMutation {
			continue
		}
		resolve := f.Resolve
		f.Resolve = func(x *graphqlruby.Exec, parent any, args graphqlruby.Args) (any, error) {
			if text, why := denied(callOf(x), root); text != "" {
				x.Note(why)
				return nil, &graphqlruby.Error{Message: text}
			}
			return resolve(x, parent, args)
		}
		fields[name] = f
	}
	return fields
}

const typeQuery, typeMutation = "Query", "Mutation"

// denied is what GitLab says to a token that may not ask for a field at the root, and why; "" if it may. A fine-grained
// token opens nothing: no type or mutation that is served declares permissions for one.
func denied(q *call, root string) (text, why string) {
	switch {
	case q.readOnly:
		return front.MsgReadOnly, "this GitLab is read-only"
	case q.Token != nil && q.Token.IsGranular():
		return front.MsgGranularUnsupported, "the token of " + q.Token.User.Username + " is a fine-grained one"
	case root != typeMutation:
		return "", ""
	case q.Anonymous():
		return msgNotAvailable, "nobody is signed in"
	case !q.Mutates():
		return msgNotAvailable, "the token of " + q.Token.User.Username + " has the scopes " +
			strings.Join(q.Token.Scopes, " ") + "; a mutation needs api"
	}
	return "", ""
}
