package world

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// DeployScopes are what deploy tokens may open.
var DeployScopes = []string{ScopeReadRepository, "read_registry", "write_registry", "read_package_registry",
	"write_package_registry", "read_virtual_registry", "write_virtual_registry"}

// FirstDeployScopes are those of before the scopes of virtual registries.
var FirstDeployScopes = DeployScopes[:5]

var deployUsername = regexp.MustCompile(`\A[a-zA-Z0-9.+_-]+\z`)

// CreateDeployToken makes a deploy token of a draft. The error is an *Invalid.
func (st *State) CreateDeployToken(t DeployToken) (*DeployToken, error) {
	var v Invalid
	known := Filtered(DeployScopes, func(scope string) bool { return slices.Contains(t.Scopes, scope) })
	if len(known) == 0 {
		v.Add(attrBase, msgNoDeployScope)
	}
	if tooLong(&t.Username, maxVariableText) {
		v.Add(attrUsername, msgTooLong(maxVariableText))
	}
	if t.Username != "" && !deployUsername.MatchString(t.Username) {
		v.Add(attrUsername, msgDeployUsername)
	}
	if tooLong(&t.Name, maxVariableText) {
		v.Add(attrName, msgTooLong(maxVariableText))
	}
	if err := v.orNil(); err != nil {
		return nil, err
	}
	if t.Token == "" {
		t.Token = st.pinnedToken()
	}
	t.Token = st.secret(deployTokens, t.Token)
	t.ID, t.Scopes = assignID(st, &st.DeployTokens, t.ID), known
	add(st, &st.DeployTokens, &t)
	return &t, nil
}

// DeleteDeployToken takes a deploy token away.
func (st *State) DeleteDeployToken(t *DeployToken) {
	st.DeployTokens.remove(t)
	st.onUndo(func() { st.DeployTokens.insert(t) })
}

// DeployTokensOf are the deploy tokens of a project or of a group; the other is nil.
func (st *State) DeployTokensOf(p *Project, g *Group) []*DeployToken {
	return Filtered(st.DeployTokens.Rows, func(t *DeployToken) bool { return t.Project == p && t.Group == g })
}

// handedDeployToken is the name of deploy tokens that jobs are handed.
const handedDeployToken = "gitlab-deploy-token"

// DeployTokenOfJobs is the deploy token that the jobs of a project are handed: by its name, the project's own or else
// that of its group, while it works; nil for none (app/models/project.rb, gitlab_deploy_token).
func (st *State) DeployTokenOfJobs(p *Project) *DeployToken {
	handed := func(t *DeployToken) bool {
		return t.Name == handedDeployToken && !t.Revoked && !t.Expired(st.Now())
	}
	for _, own := range [][]*DeployToken{st.DeployTokensOf(p, nil), st.DeployTokensOf(nil, p.Group)} {
		if i := slices.IndexFunc(own, handed); i >= 0 {
			return own[i]
		}
	}
	return nil
}

// dropDeployTokens takes those of a project or group away, which goes.
func (st *State) dropDeployTokens(p *Project, g *Group) {
	for _, t := range st.DeployTokensOf(p, g) {
		st.DeployTokens.remove(t)
	}
}

// AddDeployToken makes a deploy token of a draft, in the project or group at a path.
func (st *State) AddDeployToken(path string, t DeployToken) (*DeployToken, error) {
	var ps Problems
	s, err := st.sourceAt(path)
	ps.Add("path", err)
	t.Project, _ = s.(*Project)
	t.Group, _ = s.(*Group)
	ps.Add("id", freeID(&st.DeployTokens, "deploy token", t.ID))
	for i, scope := range t.Scopes {
		if !slices.Contains(DeployScopes, scope) {
			ps.Add(fmt.Sprintf("scopes[%d]", i), Missing("scope of deploy tokens", scope, DeployScopes))
		}
	}
	same := func(other *DeployToken) bool { return other.Token == t.Token }
	if t.Token != "" && slices.ContainsFunc(st.DeployTokens.Rows, same) {
		ps.Addf("token", "another deploy token has that value")
	}
	if len(ps) > 0 {
		return nil, ps
	}
	if t.Name = strings.TrimSpace(t.Name); t.Name == "" {
		t.Name = "deploy token"
	}
	if t.Scopes == nil {
		t.Scopes = DeployScopes[:1]
	}
	added, err := st.CreateDeployToken(t)
	ps.Add("", err)
	return added, ps.err()
}
