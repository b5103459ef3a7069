package rest

// The application settings that bear on runners (lib/api/settings.rb).

import (
	"encoding/json"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// administrators is the before block of the application settings.
func administrators(q request) *front.Response {
	return front.Allow(policy.UpdateApplicationSettings(q.Actor), "")
}

// paramLocalRequests is whether GitLab calls local addresses. It had another name before, which still goes and counts
// first (lib/api/settings.rb).
const (
	paramLocalRequests       = "allow_local_requests_from_web_hooks_and_services"
	paramLocalRequestsBefore = "allow_local_requests_from_hooks_and_services"
)

const (
	// paramEnforceAllowlist is whether every project heeds its allowlist for jobs' tokens.
	paramEnforceAllowlist       = "enforce_ci_inbound_job_token_scope_enabled"
	paramRestrictedVisibilities = "restricted_visibility_levels"
)

var settingsSpec = func() params.Spec {
	s := front.Declare([]params.Param{
		{Name: "admin_mode", Kind: params.Boolean},
		{Name: paramLocalRequestsBefore, Kind: params.Boolean},
		{Name: paramLocalRequests, Kind: params.Boolean},
		{Name: "allow_runner_registration_token", Kind: params.Boolean},
		{Name: "default_artifacts_expire_in"},
		{Name: paramEnforceAllowlist, Kind: params.Boolean},
		{Name: "group_runner_token_expiration_interval", Kind: params.Integer},
		{Name: "keep_latest_artifact", Kind: params.Boolean},
		{Name: "max_artifacts_size", Kind: params.Integer},
		{Name: "project_runner_token_expiration_interval", Kind: params.Integer},
		{Name: paramRestrictedVisibilities, Kind: params.CommaList},
		{Name: "runner_token_expiration_interval", Kind: params.Integer},
		{Name: "shared_runners_enabled", Kind: params.Boolean},
		{Name: "shared_runners_text", Required: true, When: &params.When{Param: "shared_runners_enabled", Equals: "true"}},
		{Name: "valid_runner_registrars", Kind: params.StringList},
	}, generalSettings())
	rule := params.Rule{Kind: params.AtLeastOneOf}
	for _, p := range s.Params { // GitLab names all its settings here, in an order of its own
		if p.When == nil {
			rule.Names = append(rule.Names, p.Name)
		}
	}
	return with(s, rule, params.Rule{Kind: params.MutuallyExclusive, Names: signInNames})
}()

type settingsEntity struct {
	AdminMode                    bool `json:"admin_mode"`
	AllowLocalRequests           bool `json:"allow_local_requests_from_web_hooks_and_services"`
	AllowRunnerRegistrationToken bool `json:"allow_runner_registration_token"`
	registryImportEntity
	DefaultArtifactsExpireIn             string         `json:"default_artifacts_expire_in"`
	EnforceJobTokenAllowlist             optional[bool] `json:"enforce_ci_inbound_job_token_scope_enabled,omitzero"`
	GroupRunnerTokenExpirationInterval   *int           `json:"group_runner_token_expiration_interval"`
	KeepLatestArtifact                   bool           `json:"keep_latest_artifact"`
	MaxArtifactsSize                     int            `json:"max_artifacts_size"`
	ProjectRunnerTokenExpirationInterval *int           `json:"project_runner_token_expiration_interval"`
	RestrictedVisibilities               []string       `json:"restricted_visibility_levels"`
	RunnerTokenExpirationInterval        *int           `json:"runner_token_expiration_interval"`
	SharedRunnersEnabled                 bool           `json:"shared_runners_enabled"`
	ValidRunnerRegistrars                []string       `json:"valid_runner_registrars"`
}

// registryImportEntity are settings of a move of the container registry that was over with GitLab 17.0. Later versions
// show numbers that are 0 and texts that are empty, a time among them, which clients have stumbled over.
type registryImportEntity struct {
	CreatedBefore   string  `json:"container_registry_import_created_before"`
	MaxRetries      int     `json:"container_registry_import_max_retries"`
	MaxStepDuration int     `json:"container_registry_import_max_step_duration"`
	MaxTagsCount    int     `json:"container_registry_import_max_tags_count"`
	StartMaxRetries int     `json:"container_registry_import_start_max_retries"`
	TargetPlan      string  `json:"container_registry_import_target_plan"`
	Timeout         int     `json:"container_registry_import_timeout"`
	PreTagsRate     float64 `json:"container_registry_pre_import_tags_rate"`
	PreTimeout      int     `json:"container_registry_pre_import_timeout"`
}

// registryImport are those settings in the version, never changed.
func (q request) registryImport() registryImportEntity {
	if q.Has(gitlabversion.RegistryImportOver) {
		return registryImportEntity{}
	}
	return registryImportEntity{CreatedBefore: string(q.iso(time.Date(2022, 1, 23, 0, 0, 0, 0, time.UTC))), MaxRetries: 3,
		MaxStepDuration: 300, MaxTagsCount: 100, StartMaxRetries: 50, TargetPlan: "free", Timeout: 600, PreTagsRate: 0.5,
		PreTimeout: 1800}
}

// settingsShown are all of them, in the order of their names.
func (q request) settingsShown() map[string]any {
	shown := q.generalSettingsShown()
	text, _ := json.Marshal(q.settingsEntity()) // cannot fail
	_ = json.Unmarshal(text, &shown)
	shown[paramLocalRequestsBefore] = shown[paramLocalRequests]
	return shown
}

func (q request) settingsEntity() settingsEntity {
	s := q.Settings
	e := settingsEntity{AdminMode: s.AdminMode, AllowRunnerRegistrationToken: !s.RegistrationTokensDisabled,
		AllowLocalRequests: !s.LocalRequestsForbidden, KeepLatestArtifact: s.KeepsLatestArtifacts(),
		registryImportEntity:                 q.registryImport(),
		DefaultArtifactsExpireIn:             s.ArtifactsLifetime(),
		GroupRunnerTokenExpirationInterval:   secondsOrNull(s.GroupRunnerTokenExpiration),
		ProjectRunnerTokenExpirationInterval: secondsOrNull(s.ProjectRunnerTokenExpiration),
		RunnerTokenExpirationInterval:        secondsOrNull(s.RunnerTokenExpiration),
		MaxArtifactsSize:                     int(s.ArtifactsLimit() >> 20), SharedRunnersEnabled: !q.NewProjectsUnshared,
		ValidRunnerRegistrars: s.Registrars(), RestrictedVisibilities: world.WordsOf(s.RestrictedVisibilities...)}
	if q.Has(gitlabversion.JobTokenEnforcement) {
		on := q.EnforcesAllowlists()
		e.EnforceJobTokenAllowlist = some(&on)
	}
	return e
}

func getApplicationSettings(q request) front.Response { return front.OK(q.settingsShown()) }

func updateApplicationSettings(q request) front.Response {
	registrars, named := q.Params.List("valid_runner_registrars")
	restricted, restricts := q.Params.List(paramRestrictedVisibilities)
	localRequests := paramLocalRequests
	if q.Params.Has(paramLocalRequestsBefore) {
		localRequests = paramLocalRequestsBefore
	}
	general, refusal := q.settingsGiven()
	if refusal != nil {
		return *refusal
	}
	err := q.ChangeSettings(world.SettingsChange{
		AdminMode:                    changeTo(q, "admin_mode", q.Params.Bool),
		RegistrationTokensAllowed:    changeTo(q, "allow_runner_registration_token", q.Params.Bool),
		SharedRunnersEnabled:         changeTo(q, "shared_runners_enabled", q.Params.Bool),
		LocalRequestsAllowed:         changeTo(q, localRequests, q.Params.Bool),
		KeepLatestArtifacts:          changeTo(q, "keep_latest_artifact", q.Params.Bool),
		EnforceJobTokenAllowlist:     changeTo(q, paramEnforceAllowlist, q.Params.Bool),
		GroupRunnerTokenExpiration:   changeTo(q, "group_runner_token_expiration_interval", q.Params.Int),
		ProjectRunnerTokenExpiration: changeTo(q, "project_runner_token_expiration_interval", q.Params.Int),
		RunnerTokenExpiration:        changeTo(q, "runner_token_expiration_interval", q.Params.Int),
		MaxArtifactsSize:             changeTo(q, "max_artifacts_size", q.Params.Int),
		ArtifactsExpireIn:            changeTo(q, "default_artifacts_expire_in", q.Params.String),
		ValidRegistrars:              world.Change[[]string]{Given: named, Value: &registrars},
		RestrictedVisibilities:       world.Change[[]string]{Given: restricts, Value: &restricted},
		Attributes:                   general,
	})
	if err != nil {
		return modelError(err)
	}
	return front.OK(q.settingsShown())
}

// changeTo is what a parameter makes of a setting: nothing where it is not sent, null where it has no value.
func changeTo[T any](q request, name string, read func(string) (T, bool)) world.Change[T] {
	c := world.Change[T]{Given: q.Params.Has(name)}
	if value, ok := read(name); ok {
		c.Value = &value
	}
	return c
}
