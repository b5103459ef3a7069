package policy

import (
	"fmt"
	"slices"
	"strings"
)

// TokenBoundary is where a fine-grained access token wants to do something.
type TokenBoundary struct {
	// Kind is GitLab's word for it: project, group, user or instance. Where names it, for the reason.
	Kind, Where string
	// Permissions are those that the token has there.
	Permissions []string
	// Open is whether it is public and what is wanted is open to all who see what is public.
	Open bool
}

// Missing are the permissions among those needed that the token lacks, in the order of the alphabet.
func (b TokenBoundary) Missing(needed []string) []string {
	missing := slices.DeleteFunc(slices.Sorted(slices.Values(needed)), func(p string) bool {
		return slices.Contains(b.Permissions, p)
	})
	return slices.Compact(missing)
}

// UseGranularToken says whether a fine-grained token has the permissions that an endpoint needs
// (app/services/authz/tokens/authorize_granular_scopes_service.rb). What its user may do is asked besides.
func UseGranularToken(a Actor, b TokenBoundary, needed []string) Decision {
	missing := b.Missing(needed)
	if b.Open || len(missing) == 0 {
		return allowed
	}
	return Decision{Reason: fmt.Sprintf("the fine-grained token of %s has not %s at %s", a.Name,
		strings.Join(missing, ", "), b.Where)}
}
