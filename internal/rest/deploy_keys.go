package rest

// Deploy keys of the instance and of projects (lib/api/deploy_keys.rb), and those that a user reaches
// (lib/api/users.rb).

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// deployKeyRows are the deploy keys of all, of projects and of users.
func deployKeyRows() []row {
	const ofAll, ofProject, ofUser = "/deploy_keys", "/projects/:id/deploy_keys", "/users/:user_id/project_deploy_keys"
	const one = ofProject + "/:key_id"
	key := []params.Param{{Name: "key_id", Kind: params.Integer, Required: true}}
	made := []params.Param{{Name: "key", Required: true}, {Name: "title", Required: true}}
	ends := []params.Param{{Name: "expires_at", Kind: params.DateTime}}
	push := params.Param{Name: "can_push", Kind: params.Boolean}
	return []row{
		{endpoint: "GET " + ofAll, handle: listAllDeployKeys,
			spec: front.Declare(page.Params(), []params.Param{{Name: "public", Kind: params.Boolean, Default: false}})},
		{endpoint: "POST " + ofAll, since: since(gitlabversion.InstanceDeployKeys), spec: front.Declare(made, ends),
			handle: createInstanceDeployKey},
		{endpoint: "GET " + ofProject, before: projectAdministrators, spec: listing(pathID), handle: listDeployKeys},
		{endpoint: "GET " + one, before: projectAdministrators, spec: front.Declare(pathID, key), handle: getDeployKey},
		{endpoint: "POST " + ofProject, before: projectAdministrators,
			spec: front.Declare(pathID, made, []params.Param{push}, ends), handle: createDeployKey},
		{endpoint: "PUT " + one, before: projectAdministrators, handle: updateDeployKey,
			spec: with(front.Declare(pathID, key, []params.Param{{Name: "title"}, push}),
				params.Rule{Kind: params.AtLeastOneOf, Names: []string{"title", push.Name}})},
		{endpoint: "POST " + one + "/enable", before: projectAdministrators, spec: front.Declare(pathID, key),
			handle: enableDeployKey},
		{endpoint: "DELETE " + one, before: projectAdministrators, spec: front.Declare(pathID, key),
			handle: removeDeployKey},
		{endpoint: "GET " + ofUser, access: front.ByAnyone, scopes: profile, spec: listing(userRefParam),
			handle: listDeployKeysOfUser},
	}
}

func listAllDeployKeys(q request) front.Response {
	if refusal := front.Allow(policy.AdminDeployKeys(q.Actor), ""); refusal != nil {
		return *refusal
	}
	all := !isTrue(q.Params, "public")
	rows := world.Filtered(q.DeployKeys.Rows, func(k *world.DeployKey) bool { return all || k.Public })
	return offsetPage(q, rows, false, func(k *world.DeployKey) listedKeyEntity {
		return listedKeyEntity{q.deployKey(k), entitiesOf(q.ProjectsOf(k, true), q.projectIdentity),
			entitiesOf(q.ProjectsOf(k, false), q.projectIdentity)}
	})
}

// draftOfKey is a deploy key as the request wants it.
func (q request) draftOfKey() world.DeployKey {
	k := world.DeployKey{Title: q.said("title"), Text: q.said("key"), Maker: q.User}
	k.ExpiresAt, _ = q.Params.Time("expires_at")
	return k
}

func createInstanceDeployKey(q request) front.Response {
	if refusal := front.Allow(policy.AdminDeployKeys(q.Actor), ""); refusal != nil {
		return *refusal
	}
	draft := q.draftOfKey()
	draft.Public = true
	k, err := q.CreateDeployKey(draft)
	if err != nil {
		return modelError(err)
	}
	return front.Created(q.deployKey(k))
}

func listDeployKeys(q request) front.Response {
	return offsetPage(q, q.EnabledKeysOf(q.Project), false, q.enabledKey)
}

// pathKey is the key of the path, as the project of the path has it; nil if it does not, and why.
func (q request) pathKey() (e *world.Enabled, why string) {
	id, _ := q.Params.Int("key_id")
	return q.EnabledKey(q.Project, id), fmt.Sprintf("%s has no deploy key %d", q.Project.Path, id)
}

func getDeployKey(q request) front.Response {
	e, why := q.pathKey()
	if e == nil {
		return noRecord().Because(why)
	}
	return front.OK(q.enabledKey(e))
}

// createDeployKey answers with the key of the same text that the project has, or has it get one that its user reaches;
// else it makes one. A text that differs, be it in the comment, is another key, which the model refuses then.
func createDeployKey(q request) front.Response {
	sent, given := q.Params.String("key")
	if !given {
		return *gitlabFails("it strips the white space of a key that is null")
	}
	text := strings.TrimSpace(sent)
	for _, e := range q.EnabledKeysOf(q.Project) {
		if e.Key.Text == text {
			return front.Created(q.enabledKey(e))
		}
	}
	canPush := isTrue(q.Params, "can_push")
	for _, k := range q.DeployKeys.Rows {
		if k.Text == text && q.ReachesDeployKey(q.User, k) {
			return front.Created(q.enabledKey(q.EnableDeployKey(q.Project, k, canPush)))
		}
	}
	e, err := q.CreateDeployKeyOf(q.Project, q.draftOfKey(), canPush)
	if err != nil {
		return modelError(err)
	}
	return front.Created(q.enabledKey(e))
}

// updateDeployKey leaves the title as it is, and says nothing of it, where the user may not give it another.
func updateDeployKey(q request) front.Response {
	e, why := q.pathKey()
	if e == nil {
		return noRecord().Because(why)
	}
	var title *string
	shared := len(q.ProjectsOf(e.Key, true))+len(q.ProjectsOf(e.Key, false)) > 1
	may := policy.UpdateDeployKeyTitle(q.Actor, e.Key.Public, shared)
	if q.Params.Has("title") && may.Allowed {
		said := q.said("title")
		title = &said
	}
	if err := q.ChangeEnabledKey(e, title, given("can_push", q.Params.Bool)); err != nil {
		return modelError(err)
	}
	return front.OK(q.enabledKey(e))
}

func enableDeployKey(q request) front.Response {
	id, _ := q.Params.Int("key_id")
	k := q.DeployKeys.ByID(id)
	if k == nil || !q.User.Admin && !q.ReachesDeployKey(q.User, k) {
		return front.NotFound("Deploy key").Because(fmt.Sprintf(
			"there is no deploy key %d that is for all or of a project of which %s is a member", id, q.User.Username))
	}
	q.EnableDeployKey(q.Project, k, false)
	return front.Created(q.deployKey(k))
}

func removeDeployKey(q request) front.Response {
	e, why := q.pathKey()
	if e == nil {
		return front.NotFound("Deploy key").Because(why)
	}
	if refusal := q.unmodifiedSince(e.UpdatedAt); refusal != nil {
		return *refusal
	}
	q.DisableDeployKey(e)
	return front.NoContent()
}

// listDeployKeysOfUser has the keys of the projects that both users maintain, whatever an administrator may: a key as
// often as there are such projects that have it.
func listDeployKeysOfUser(q request) front.Response {
	u, refusal := q.userByRef()
	if refusal != nil {
		return *refusal
	}
	if may := policy.ReadUser(!q.Anonymous(), q.Settings.Restricts(world.Public)); !may.Allowed {
		return front.NotFound("User").Because(may.Reason)
	}
	if q.Anonymous() {
		return *gitlabFails("it asks for the projects of nobody")
	}
	maintain := func(p *world.Project) bool {
		return world.RoleInProject(q.User, p) >= world.Maintainer && world.RoleInProject(u, p) >= world.Maintainer
	}
	if !slices.ContainsFunc(q.Projects.Rows, maintain) {
		return front.Forbidden(msgNoCommonProject,
			fmt.Sprintf("%s and %s maintain no project together", q.User.Username, u.Username))
	}
	rows := world.Filtered(q.EnabledKeys.Rows, func(e *world.Enabled) bool { return maintain(e.Project) })
	slices.SortStableFunc(rows, func(a, b *world.Enabled) int { return a.Key.ID - b.Key.ID })
	return offsetPage(q, rows, false, func(e *world.Enabled) deployKeyEntity { return q.deployKey(e.Key) })
}

// deployKeyEntity is lib/api/entities/deploy_key.rb.
type deployKeyEntity struct {
	ID        int      `json:"id"`
	Title     string   `json:"title"`
	CreatedAt isoTime  `json:"created_at"`
	ExpiresAt *isoTime `json:"expires_at"`
	Key       string   `json:"key"`
	UsageType string   `json:"usage_type"`
	MD5       string   `json:"fingerprint"`
	SHA256    string   `json:"fingerprint_sha256"` // without "SHA256:", which the documentation has before it
}

// enabledKeyEntity is lib/api/entities/deploy_keys_project.rb.
type enabledKeyEntity struct {
	deployKeyEntity
	CanPush bool `json:"can_push"`
}

// listedKeyEntity is a key as administrators see it.
type listedKeyEntity struct {
	deployKeyEntity
	Writes []projectIdentity `json:"projects_with_write_access"`
	Reads  []projectIdentity `json:"projects_with_readonly_access"`
}

// usageOfDeployKeys is what GitLab's database has in keys of which nothing else is said (app/models/key.rb).
const usageOfDeployKeys = "auth_and_signing"

func (q request) deployKey(k *world.DeployKey) deployKeyEntity {
	return deployKeyEntity{ID: k.ID, Title: k.Title, CreatedAt: q.iso(k.CreatedAt), ExpiresAt: q.timeOrNull(k.ExpiresAt),
		Key: k.Text, UsageType: usageOfDeployKeys, MD5: k.MD5(), SHA256: k.SHA256()}
}

func (q request) enabledKey(e *world.Enabled) enabledKeyEntity {
	return enabledKeyEntity{q.deployKey(e.Key), e.CanPush}
}
