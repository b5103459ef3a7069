package rest

// What GitLab shows of users and access tokens (lib/api/entities/user.rb, lib/api/entities/personal_access_token.rb).

import (
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
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
}

// userEntity is a user as others see one.
type userEntity struct {
	basicUser
	CreatedAt       isoTime          `json:"created_at"`
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
	Followers       int              `json:"followers"`
	Following       int              `json:"following"`
	LocalTime       *string          `json:"local_time"`
}

// currentUserEntity is a user as GET /user shows one to that user, in an EE without a licence.
type currentUserEntity struct {
	userEntity
	LastSignInAt                   *isoTime           `json:"last_sign_in_at"`
	ConfirmedAt                    isoTime            `json:"confirmed_at"`
	LastActivityOn                 *string            `json:"last_activity_on"`
	Email                          string             `json:"email"`
	ThemeID                        int                `json:"theme_id"`
	ColorSchemeID                  int                `json:"color_scheme_id"`
	ProjectsLimit                  int                `json:"projects_limit"`
	CurrentSignInAt                *isoTime           `json:"current_sign_in_at"`
	Identities                     []string           `json:"identities"`
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

// adminUserEntity is what administrators see of themselves besides.
type adminUserEntity struct {
	IsAdmin             bool              `json:"is_admin"`
	Note                *string           `json:"note"`
	NamespaceID         int               `json:"namespace_id"`
	CreatedBy           *basicUser        `json:"created_by"`
	EmailResetOfferedAt optional[isoTime] `json:"email_reset_offered_at,omitzero"`
	UsingLicenseSeat    bool              `json:"using_license_seat"`
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
}

func (q request) basicUser(u *world.User) basicUser {
	avatar := q.AvatarURL(u.Email)
	e := basicUser{ID: u.ID, Username: u.Username, Name: u.Name, State: string(u.State), AvatarURL: &avatar,
		WebURL: q.WebURL(u.Username)}
	if q.Has(gitlabversion.PublicEmailOfUsers) {
		e.PublicEmail = some[string](nil)
	}
	if q.Has(gitlabversion.UsersShowLocked) {
		e.Locked = some(new(bool))
	}
	return e
}

func (q request) userEntity(u *world.User) userEntity {
	e := userEntity{basicUser: q.basicUser(u), CreatedAt: q.iso(u.CreatedAt), Bot: u.Bot}
	if q.Has(gitlabversion.GitHubOfUsers) {
		e.GitHub = some(new(string))
	} else {
		e.Skype = some(new(string))
	}
	return e
}
