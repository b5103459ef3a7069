package rest

// Users, one and in lists, and what administrators make of them (lib/api/users.rb).

import (
	"net/http"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// userRows are users. Who may is asked within the endpoints, when the parameters have been checked.
func userRows() []row {
	return []row{
		{endpoint: "GET /users", access: front.ByAnyone, scopes: profile, spec: listUsersSpec, later: foundUsersSpec,
			handle: listUsers},
		{endpoint: "GET /users/:id", access: front.ByAnyone, scopes: profile,
			spec: front.Declare(userID, customAttributes), handle: getUser},
		{endpoint: "POST /users", scopes: profile, spec: createUserSpec, handle: createUser},
		{endpoint: "PUT /users/:id", scopes: profile, spec: updateUserSpec, handle: updateUser},
		{endpoint: "DELETE /users/:id", scopes: profile,
			spec:   front.Declare(userID, []params.Param{{Name: "hard_delete", Kind: params.Boolean}}),
			handle: deleteUser},
		{endpoint: "GET /users/:user_id/status", access: front.ByAnyone, scopes: profile, spec: userRef,
			handle: getUserStatus},
		{endpoint: "GET /users/:user_id/projects", access: front.ByAnyone, spec: userProjectsSpec(rolesBeforePlanner),
			later: withLaterRoles(userProjectsSpec), handle: listUserProjects},
		{endpoint: "GET /users/:id/memberships", scopes: profile, spec: membershipsSpec, handle: listMemberships},
		{endpoint: "GET /users/:id/associations_count", scopes: profile, spec: front.Declare(userID),
			handle: countAssociations},
	}
}

func getUser(q request) front.Response {
	if q.Anonymous() {
		return front.Forbidden(msgNotAuthorized, "no credentials were sent")
	}
	u, refusal := q.findUser("id")
	if refusal != nil {
		return *refusal
	}
	if policy.ReadAllResources(q.Actor).Allowed {
		return front.OK(q.userDetails(u))
	}
	return front.OK(q.userEntity(u))
}

// text is a pointer to what a parameter says, a null as the empty text that the model refuses; nil if it is not sent.
func (q request) text(name string) *string {
	if !q.Params.Has(name) {
		return nil
	}
	value, _ := q.Params.String(name)
	return &value
}

// given is a pointer to what a parameter says; nil if it is not sent or null.
func given[T any](name string, read func(string) (T, bool)) *T {
	if value, ok := read(name); ok {
		return &value
	}
	return nil
}

// saidOfUser is what the parameters that creating and changing have in common say of a user.
func (q request) saidOfUser() world.UserChange {
	p := q.Params
	c := world.UserChange{Username: q.text("username"), Name: q.text("name"), Email: q.text("email"),
		Password: given("password", p.String), Admin: given("admin", p.Bool),
		Auditor: given("auditor", p.Bool), External: given("external", p.Bool),
		PrivateProfile: given("private_profile", p.Bool), CanCreateGroup: given("can_create_group", p.Bool),
		ProjectsLimit: given("projects_limit", p.Int), Attributes: map[string]string{}}
	for _, name := range world.UserAttributes {
		if p.Has(name) {
			c.Attributes[name], _ = p.String(name)
		}
	}
	c.Provider, _ = p.String("provider")
	c.ExternUID, _ = p.String("extern_uid") // which may be blank (app/models/identity.rb)
	return c
}

func createUser(q request) front.Response {
	if refusal := front.Allow(policy.AdminUsers(q.Actor), ""); refusal != nil {
		return *refusal
	}
	c := q.saidOfUser()
	if isTrue(q.Params, "reset_password") || isTrue(q.Params, "force_random_password") {
		c.Password = nil
	} else if c.Password == nil {
		c.Password = new(string)
	}
	unconfirmed := !isTrue(q.Params, "skip_confirmation")
	c.Unconfirmed = &unconfirmed
	u, err := q.CreateUser(c, q.User)
	if err == nil {
		return front.Created(q.userForAdmins(u))
	}
	if refusal := q.takenByUser(c, nil); refusal != nil {
		return *refusal
	}
	return modelError(err)
}

// takenByUser is the 409 for an address or a username that another user than one has, nil for neither.
func (q request) takenByUser(c world.UserChange, but *world.User) *front.Response {
	if c.Email != nil && q.EmailTaken(*c.Email, but) {
		return front.Refuse(http.StatusConflict, msgEmailTaken).Because("another user has that address").AsRefusal()
	}
	if c.Username == nil {
		return nil
	}
	if other := q.UserNames[world.Key(*c.Username)]; other != nil && other != but {
		return front.Refuse(http.StatusConflict, msgUsernameTaken).
			Because("that is user " + strconv.Itoa(other.ID)).AsRefusal()
	}
	return nil
}

func updateUser(q request) front.Response {
	u, refusal := q.userForAdmin()
	if refusal != nil {
		return *refusal
	}
	c := q.saidOfUser()
	if refusal := q.takenByUser(c, u); refusal != nil {
		return *refusal
	}
	if u.Username == world.RootUsername && c.Username != nil && *c.Username != u.Username {
		return front.Forbidden("", msgRootStays)
	}
	if c.Email != nil && *c.Email != "" && *c.Email != u.Email && !isTrue(q.Params, "skip_reconfirmation") {
		c.UnconfirmedEmail, c.Email = c.Email, nil
	}
	if err := q.ChangeUser(u, c, q.User); err != nil {
		return modelError(err)
	}
	return front.OK(q.userForAdmins(u))
}

// deleteUser is DELETE /users/:id. GitLab does it in the background, which here is at once.
func deleteUser(q request) front.Response {
	u, refusal := q.userForAdmin()
	if refusal != nil {
		return *refusal
	}
	hard := isTrue(q.Params, "hard_delete")
	if !hard && !q.ErasableUser(u) {
		return front.Refuse(http.StatusConflict, msgSoleOwner).Because("a group would be left without an owner")
	}
	if refusal := q.unmodifiedSince(u.ChangedAt()); refusal != nil {
		return *refusal
	}
	switch {
	case u.Username == world.RootUsername:
		return front.Forbidden("", msgRootStays)
	case !u.Internal(): // what GitLab keeps of deleted users stays
		q.EraseUser(u, hard)
	}
	return front.NoContent()
}
