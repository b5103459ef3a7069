package rest

// The application settings that bear on runners (lib/api/settings.rb).

import (
	"fmt"
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

var settingsSpec = func() params.Spec {
	s := front.Declare([]params.Param{
		{Name: "admin_mode", Kind: params.Boolean},
		{Name: "allow_runner_registration_token", Kind: params.Boolean},
		{Name: "group_runner_token_expiration_interval", Kind: params.Integer},
		{Name: "max_artifacts_size", Kind: params.Integer},
		{Name: "project_runner_token_expiration_interval", Kind: params.Integer},
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
	return with(s, rule)
}()

type settingsEntity struct {
	AdminMode                    bool `json:"admin_mode"`
	AllowRunnerRegistrationToken bool `json:"allow_runner_registration_token"`
	registryImportEntity
	GroupRunnerTokenExpirationInterval   *int     `json:"group_runner_token_expiration_interval"`
	MaxArtifactsSize                     int      `json:"max_artifacts_size"`
	ProjectRunnerTokenExpirationInterval *int     `json:"project_runner_token_expiration_interval"`
	RunnerTokenExpirationInterval        *int     `json:"runner_token_expiration_interval"`
	SharedRunnersEnabled                 bool     `json:"shared_runners_enabled"`
	ValidRunnerRegistrars                []string `json:"valid_runner_registrars"`
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

// defaultArtifactsSize is max_artifacts_size of a new GitLab, in MiB.
const defaultArtifactsSize = 100

func (q request) settingsEntity() settingsEntity {
	s := q.Settings
	e := settingsEntity{AdminMode: s.AdminMode, AllowRunnerRegistrationToken: !s.RegistrationTokensDisabled,
		registryImportEntity:                 q.registryImport(),
		GroupRunnerTokenExpirationInterval:   secondsOrNull(s.GroupRunnerTokenExpiration),
		ProjectRunnerTokenExpirationInterval: secondsOrNull(s.ProjectRunnerTokenExpiration),
		RunnerTokenExpirationInterval:        secondsOrNull(s.RunnerTokenExpiration),
		MaxArtifactsSize:                     defaultArtifactsSize, SharedRunnersEnabled: !q.NewProjectsUnshared,
		ValidRunnerRegistrars: s.ValidRegistrars}
	if s.MaxArtifactsSize > 0 {
		e.MaxArtifactsSize = int(s.MaxArtifactsSize >> 20)
	}
	if e.ValidRunnerRegistrars == nil {
		e.ValidRunnerRegistrars = world.KnownRegistrars()
	}
	return e
}

func getApplicationSettings(q request) front.Response { return front.OK(q.settingsEntity()) }

func updateApplicationSettings(q request) front.Response {
	next := q.Settings.Clone()
	var v world.Invalid
	flag := func(name string, set func(bool)) {
		if !q.Params.Has(name) {
			return
		}
		if b, ok := q.Params.Bool(name); ok {
			set(b)
		} else {
			v.Add(name, world.MsgBooleanNeeded)
		}
	}
	flag("admin_mode", func(b bool) { next.AdminMode = b })
	flag("allow_runner_registration_token", func(b bool) { next.RegistrationTokensDisabled = !b })
	unshared := q.NewProjectsUnshared
	flag("shared_runners_enabled", func(b bool) { unshared = !b })
	interval := func(name string, field *time.Duration) {
		if !q.Params.Has(name) {
			return
		}
		n, given := q.Params.Int(name)
		if given && (n < minTokenExpiration || n > world.MaxDatabaseInteger) {
			v.Add(name, fmt.Sprintf(world.MsgfTooSmall, minTokenExpiration))
			return
		}
		*field = time.Duration(n) * time.Second
	}
	interval("group_runner_token_expiration_interval", &next.GroupRunnerTokenExpiration)
	interval("project_runner_token_expiration_interval", &next.ProjectRunnerTokenExpiration)
	interval("runner_token_expiration_interval", &next.RunnerTokenExpiration)
	q.readMaxArtifactsSize(&next, &v)
	if registrars, given := q.Params.List("valid_runner_registrars"); given {
		next.ValidRegistrars = registrars
		if !registrarCombination(registrars) {
			v.Add("valid_runner_registrars", fmt.Sprintf(world.MsgfNotIncluded, world.Inspect(registrars)))
		}
	}
	if len(v.Problems) > 0 {
		return modelError(&v)
	}
	q.SetSettings(next, unshared)
	return front.OK(q.settingsEntity())
}

// minTokenExpiration is the shortest interval, in seconds, that the settings take. GitLab's documentation asks for
// two hours, its server for nothing, and its own tests set one hour; what is no time at all has no place in Settings.
const minTokenExpiration = 1

// readMaxArtifactsSize reads the size, which is in MiB.
func (q request) readMaxArtifactsSize(next *world.Settings, v *world.Invalid) {
	const name = "max_artifacts_size"
	switch n, isNumber := q.Params.Int(name); {
	case !q.Params.Has(name):
	case !isNumber:
		v.Add(name, world.MsgNumberNeeded)
	case n < 1 || n > world.MaxDatabaseInteger:
		v.Add(name, world.MsgPositiveNeeded)
	default:
		next.MaxArtifactsSize = int64(n) << 20
	}
}

// registrarCombination reports whether these are kinds of registrars, none of them twice.
func registrarCombination(registrars []string) bool {
	seen := map[string]bool{}
	for _, r := range registrars {
		if seen[r] || r != world.RegistrarProject && r != world.RegistrarGroup {
			return false
		}
		seen[r] = true
	}
	return true
}
