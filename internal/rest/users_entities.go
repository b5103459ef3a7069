package rest

// What GitLab shows of users and access tokens (lib/api/entities/user.rb, lib/api/entities/personal_access_token.rb).

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

type basicUser struct {
	ID          int              `json:"id"`
	Username    string           `json:"username"`
	PublicEmail optional[string] `json:"public_email,omitzero"`
	Name        string           `json:"name"`
	State       string           `json:"state"`
	Locked      optional[bool]   `json:"locked,omitzero"`
	AvatarURL   *string          `json:"avatar_url"`
	WebURL      string           `json:"web_url"`

	CustomAttributes optional[[]string] `json:"custom_attributes,omitzero"`
}

// userEntity is a user as others see one.
type userEntity struct {
	basicUser
	CreatedAt       *isoTime         `json:"created_at,omitempty"` // this and the next two: of a profile that is shown
	Bio             string           `json:"bio"`
	Location        string           `json:"location"`
	PublicEmail     *string          `json:"public_email"`
	Skype           optional[string] `json:"skype,omitzero"`
	LinkedIn        string           `json:"linkedin"`
	Twitter         string           `json:"twitter"`
	Discord         string           `json:"discord"`
	WebsiteURL      string           `json:"website_url"`
	GitHub          optional[string] `json:"github,omitzero"`
	Organization    string           `json:"organization"`
	JobTitle        string           `json:"job_title"`
	Pronouns        *string          `json:"pronouns"`
	Bot             bool             `json:"bot"`
	WorkInformation *string          `json:"work_information"`
	Followers       *int             `json:"followers,omitempty"`
	Following       *int             `json:"following,omitempty"`
	LocalTime       *string          `json:"local_time"`
}

// currentUserEntity is a user as GET /user shows one to that user, in an EE without a licence.
type currentUserEntity struct {
	userEntity
	LastSignInAt                   *isoTime           `json:"last_sign_in_at"`
	ConfirmedAt                    *isoTime           `json:"confirmed_at"`
	LastActivityOn                 *string            `json:"last_activity_on"`
	Email                          string             `json:"email"`
	ThemeID                        int                `json:"theme_id"`
	ColorSchemeID                  int                `json:"color_scheme_id"`
	ProjectsLimit                  int                `json:"projects_limit"`
	CurrentSignInAt                *isoTime           `json:"current_sign_in_at"`
	Identities                     []userIdentity     `json:"identities"`
	CanCreateGroup                 bool               `json:"can_create_group"`
	CanCreateProject               bool               `json:"can_create_project"`
	TwoFactorEnabled               bool               `json:"two_factor_enabled"`
	External                       bool               `json:"external"`
	PrivateProfile                 bool               `json:"private_profile"`
	CommitEmail                    string             `json:"commit_email"`
	PreferredLanguage              optional[string]   `json:"preferred_language,omitzero"`
	SharedRunnersMinutesLimit      *int               `json:"shared_runners_minutes_limit"`
	ExtraSharedRunnersMinutesLimit *int               `json:"extra_shared_runners_minutes_limit"`
	ScimIdentities                 optional[[]string] `json:"scim_identities,omitzero"`
	*adminUserEntity
}

type userIdentity struct {
	Provider       string `json:"provider"`
	ExternUID      string `json:"extern_uid"`
	SAMLProviderID *int   `json:"saml_provider_id"`
}

// adminUserEntity is what administrators see of users besides.
type adminUserEntity struct {
	IsAdmin             bool              `json:"is_admin"`
	Note                *string           `json:"note"`
	NamespaceID         int               `json:"namespace_id"`
	CreatedBy           *basicUser        `json:"created_by"`
	EmailResetOfferedAt optional[isoTime] `json:"email_reset_offered_at,omitzero"`
	UsingLicenseSeat    bool              `json:"using_license_seat"`
}

// userDetailsEntity is one user as administrators see it.
type userDetailsEntity struct {
	currentUserEntity
	HighestRole     int     `json:"highest_role"`
	CurrentSignInIP *string `json:"current_sign_in_ip"`
	LastSignInIP    *string `json:"last_sign_in_ip"`
	SignInCount     int     `json:"sign_in_count"`
}

type membershipEntity struct {
	SourceID    int        `json:"source_id"`
	SourceName  string     `json:"source_name"`
	SourceType  string     `json:"source_type"`
	AccessLevel world.Role `json:"access_level"`
}

type associationsEntity struct {
	Groups        int `json:"groups_count"`
	Projects      int `json:"projects_count"`
	Issues        int `json:"issues_count"`
	MergeRequests int `json:"merge_requests_count"`
}

// userStatusEntity is the status of a user who has set none, as nobody here can.
type userStatusEntity struct {
	Emoji         *string  `json:"emoji"`
	Message       *string  `json:"message"`
	Availability  *string  `json:"availability"`
	MessageHTML   string   `json:"message_html"`
	ClearStatusAt *isoTime `json:"clear_status_at"`
}

type accessTokenEntity struct {
	ID          int                `json:"id"`
	Name        string             `json:"name"`
	Revoked     bool               `json:"revoked"`
	CreatedAt   isoTime            `json:"created_at"`
	Description optional[string]   `json:"description,omitzero"`
	Scopes      []string           `json:"scopes"`
	UserID      int                `json:"user_id"`
	LastUsedAt  *isoTime           `json:"last_used_at"`
	Active      bool               `json:"active"`
	Granular    optional[bool]     `json:"granular,omitzero"`
	ExpiresAt   *string            `json:"expires_at"`
	LastUsedIPs optional[[]string] `json:"last_used_ips,omitzero"`
	// Impersonation is told of impersonation tokens where those are asked for.
	Impersonation *bool `json:"impersonation,omitempty"`
	// Token is told once, when the token is made.
	Token string `json:"token,omitempty"`
}

func (q request) basicUser(u *world.User) basicUser {
	avatar := q.AvatarURL(u.Email)
	e := basicUser{ID: u.ID, Username: u.Username, Name: u.Name, State: string(u.State), AvatarURL: &avatar,
		WebURL: q.WebURL(u.Username), CustomAttributes: q.customAttributes()}
	if q.Has(gitlabversion.PublicEmailOfUsers) {
		e.PublicEmail = some(attributeOrNull(u, "public_email"))
	}
	if q.Has(gitlabversion.UsersShowLocked) {
		e.Locked = some(new(bool))
	}
	return e
}

func (q request) userEntity(u *world.User) userEntity {
	e := userEntity{basicUser: q.basicUser(u), Bot: u.Bot, Bio: u.Attributes["bio"], Location: u.Attributes["location"],
		PublicEmail: attributeOrNull(u, "public_email"), LinkedIn: u.Attributes["linkedin"],
		Twitter: u.Attributes["twitter"], Discord: u.Attributes["discord"], WebsiteURL: u.Attributes["website_url"],
		Organization: u.Attributes["organization"], Pronouns: attributeOrNull(u, "pronouns")}
	if organization := u.Attributes["organization"]; organization != "" {
		e.WorkInformation = &organization // who has set no job title
	}
	if q.OnUser(u, policy.ReadUserProfile).Allowed {
		e.CreatedAt, e.Followers, e.Following = q.timeOrNull(u.CreatedAt), new(int), new(int)
	}
	if q.Has(gitlabversion.GitHubOfUsers) {
		e.GitHub = some(new(string))
	} else {
		skype := u.Attributes["skype"]
		e.Skype = some(&skype)
	}
	return e
}

// attributeOrNull is an attribute of a user, null if it is not set.
func attributeOrNull(u *world.User, name string) *string {
	if value := u.Attributes[name]; value != "" {
		return &value
	}
	return nil
}

// numberedAttribute is an attribute that is a number, 1 unless it is set.
func numberedAttribute(u *world.User, name string) int {
	n, err := strconv.Atoi(u.Attributes[name])
	if err != nil {
		return 1
	}
	return n
}

// userForItself is a user as it sees itself.
func (q request) userForItself(u *world.User) currentUserEntity {
	who := q.ActorOf(u, true)
	e := currentUserEntity{userEntity: q.userEntity(u), Email: u.Email, ThemeID: numberedAttribute(u, world.AttrTheme),
		ColorSchemeID: numberedAttribute(u, world.AttrColorScheme), ProjectsLimit: u.MostProjects(),
		LastActivityOn: dateOrNull(u.ActiveOn), Identities: identities(u),
		CanCreateGroup:   policy.CreateGroup(who).Allowed,
		CanCreateProject: policy.CreateProjects(who).Allowed, External: u.External, PrivateProfile: u.PrivateProfile,
		CommitEmail: q.commitEmail(u)}
	if !u.Unconfirmed {
		e.ConfirmedAt = q.timeOrNull(u.CreatedAt)
	}
	if q.Has(gitlabversion.PreferredLanguage) {
		language := "en"
		e.PreferredLanguage = some(&language)
	}
	if q.Has(gitlabversion.ScimIdentities) {
		e.ScimIdentities = some(&[]string{})
	}
	return e
}

// commitEmail is the address of a user's commits.
func (q request) commitEmail(u *world.User) string {
	switch set := u.Attributes["commit_email"]; set {
	case "":
		return u.Email
	case world.PrivateCommitEmail:
		return fmt.Sprintf("%d-%s@users.noreply.%s", u.ID, u.Username, q.Way.Host)
	default:
		return set
	}
}

func identities(u *world.User) []userIdentity {
	all := make([]userIdentity, 0, len(u.Identities))
	for _, provider := range slices.Sorted(maps.Keys(u.Identities)) {
		all = append(all, userIdentity{Provider: provider, ExternUID: u.Identities[provider]})
	}
	return all
}

// userForAdmins is a user as administrators see it.
func (q request) userForAdmins(u *world.User) currentUserEntity {
	e := q.userForItself(u)
	e.adminUserEntity = &adminUserEntity{IsAdmin: u.Admin, Note: attributeOrNull(u, world.AttrNote), NamespaceID: u.ID}
	if u.Creator != nil {
		creator := q.basicUser(u.Creator)
		e.CreatedBy = &creator
	}
	if q.Has(gitlabversion.EmailResetOffered) {
		e.EmailResetOfferedAt = some[isoTime](nil)
	}
	return e
}

func (q request) userDetails(u *world.User) userDetailsEntity {
	return userDetailsEntity{currentUserEntity: q.userForAdmins(u), HighestRole: int(q.HighestRole(u))}
}

// accessToken is a token without its value.
func (q request) accessToken(t *world.AccessToken) accessTokenEntity {
	e := accessTokenEntity{ID: t.ID, Name: t.Name, Revoked: t.Revoked, CreatedAt: q.iso(t.CreatedAt),
		Scopes: append([]string{}, t.Scopes...), UserID: t.User.ID, LastUsedAt: q.timeOrNull(t.LastUsedAt),
		Active: t.LivesOn(q.Now()), ExpiresAt: dateOrNull(t.ExpiresAt)}
	if q.Has(gitlabversion.GranularShown) {
		granular := t.IsGranular()
		e.Granular = some(&granular)
	}
	if q.Has(gitlabversion.TokenDescription) {
		e.Description = some[string](nil)
		if t.Description != "" {
			description := t.Description
			e.Description = some(&description)
		}
	}
	return e
}

// accessTokenWithAddresses is a token with where it was last used from.
func (q request) accessTokenWithAddresses(t *world.AccessToken) accessTokenEntity {
	e := q.accessToken(t)
	if q.Has(gitlabversion.TokenLastUsedIPs) {
		addresses := append([]string{}, t.LastUsedIPs...)
		e.LastUsedIPs = some(&addresses)
	}
	return e
}

// madeToken is a token that has just been made, with its value.
func (q request) madeToken(t *world.AccessToken) accessTokenEntity {
	e := q.accessToken(t)
	e.Token = t.Token
	return e
}

// impersonationToken is one as administrators see it.
func (q request) impersonationToken(t *world.AccessToken) accessTokenEntity {
	e := q.accessTokenWithAddresses(t)
	impersonation := t.Impersonation
	e.Impersonation = &impersonation
	return e
}
