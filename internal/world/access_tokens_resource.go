package world

import (
	"fmt"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Project and group access tokens that requests make (app/services/resource_access_tokens).

// botDigits is how many hexadecimal digits the username of a bot ends with.
const botDigits = 32

// CreateResourceToken makes an access token of a project or group, of a draft without a user, with a bot that is a
// member there. by is who makes it; host is that of this GitLab, at which the bot has an address
// (app/services/resource_access_tokens/create_service.rb). The error is an *Invalid.
func (st *State) CreateResourceToken(t AccessToken, by *User, host string) (*AccessToken, error) {
	if err := st.checkNewToken(t); err != nil {
		return nil, err
	}
	var of Source
	var stem string
	if p := t.Project; p != nil {
		of, stem = p, fmt.Sprint("project_", p.ID)
	} else {
		of, stem = t.Group, fmt.Sprint("group_", t.Group.ID)
	}
	username := st.newBotName(stem, func() string { return st.made.hex(botNames, botDigits) })
	bot := &User{ID: nextID(st, &st.Users), Username: username, Name: t.Name,
		Email: username + "@noreply." + host, External: by.External, State: UserActive, CreatedAt: st.Now(), Bot: true,
		Creator: by}
	st.insertUser(bot)
	st.join(of, bot, t.Role, Joining{By: by, CreatedAt: st.Now()})
	t.User = bot
	return st.CreateToken(t)
}

// RevokeResourceToken revokes the access token of a project or group. Its bot goes with it or, in later versions, stays
// (app/services/resource_access_tokens/revoke_service.rb).
func (st *State) RevokeResourceToken(t *AccessToken) {
	st.RevokeToken(t)
	if !st.Has(gitlabversion.BotsOutliveTokens) {
		st.removeUser(t.User, false)
	}
}

// ResourceToken is the access token of a project or group that has an id; nil if it has none.
func (st *State) ResourceToken(p *Project, g *Group, id int) *AccessToken {
	if t := st.Tokens.ByID(id); t != nil && t.IsOf(p, g) {
		return t
	}
	return nil
}

// IsOf reports whether it is an access token of that project, or of that group; the other is nil.
func (t *AccessToken) IsOf(p *Project, g *Group) bool {
	return (p != nil || g != nil) && t.Project == p && t.Group == g
}
