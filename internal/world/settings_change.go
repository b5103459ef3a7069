package world

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Change is what a column of the database is to become: a value, or null where Value is nil. The zero value leaves it
// as it is.
type Change[T any] struct {
	Given bool
	Value *T
}

// SettingsChange is what a request wants of the application settings, in the units of GitLab's database.
type SettingsChange struct {
	AdminMode, RegistrationTokensAllowed, SharedRunnersEnabled                      Change[bool]
	LocalRequestsAllowed, KeepLatestArtifacts, EnforceJobTokenAllowlist             Change[bool]
	GroupRunnerTokenExpiration, ProjectRunnerTokenExpiration, RunnerTokenExpiration Change[int] // seconds
	MaxArtifactsSize                                                                Change[int] // MiB
	ArtifactsExpireIn                                                               Change[string]
	ValidRegistrars                                                                 Change[[]string]
	RestrictedVisibilities                                                          Change[[]string]
	Attributes                                                                      map[string]string // in their text form
}

// The columns of the settings that have validations.
const (
	columnMaxArtifactsSize = "max_artifacts_size"
	columnArtifactsExpire  = "default_artifacts_expire_in"
	columnRegistrars       = "valid_runner_registrars"
)

// minTokenExpiration is the shortest interval, in seconds, that a request may set. GitLab's documentation asks for
// two hours, its server for nothing, and its own tests set one hour; what is no time at all has no place in Settings.
const minTokenExpiration = 1

// ChangeSettings changes the application settings by the rules of GitLab's model (app/models/application_setting.rb).
// The error is an *Invalid, and then they are as before.
func (st *State) ChangeSettings(c SettingsChange) error {
	next, unshared := st.Settings.Clone(), st.NewProjectsUnshared
	v := settingsValidation{}
	v.flag("admin_mode", c.AdminMode, func(on bool) { next.AdminMode = on })
	v.flag("allow_runner_registration_token", c.RegistrationTokensAllowed,
		func(on bool) { next.RegistrationTokensDisabled = !on })
	v.flag("shared_runners_enabled", c.SharedRunnersEnabled, func(on bool) { unshared = !on })
	v.flag("allow_local_requests_from_web_hooks_and_services", c.LocalRequestsAllowed,
		func(on bool) { next.LocalRequestsForbidden = !on })
	v.flag("keep_latest_artifact", c.KeepLatestArtifacts, func(on bool) { next.KeepLatestArtifacts = &on })
	v.flag("enforce_ci_inbound_job_token_scope_enabled", c.EnforceJobTokenAllowlist,
		func(on bool) { next.EnforceJobTokenAllowlist = &on })
	v.interval("group_"+fieldExpiration, c.GroupRunnerTokenExpiration, &next.GroupRunnerTokenExpiration)
	v.interval("project_"+fieldExpiration, c.ProjectRunnerTokenExpiration, &next.ProjectRunnerTokenExpiration)
	v.interval(fieldExpiration, c.RunnerTokenExpiration, &next.RunnerTokenExpiration)
	v.megabytes(columnMaxArtifactsSize, c.MaxArtifactsSize, &next.MaxArtifactsSize)
	v.duration(columnArtifactsExpire, c.ArtifactsExpireIn, &next.ArtifactsExpireIn)
	if words := c.RestrictedVisibilities; words.Given && words.Value != nil {
		next.RestrictedVisibilities = visibilitiesOf(*words.Value)
	}
	v.attributes(c.Attributes, &next)
	if st.Has(gitlabversion.DefaultVisibilityUnrestricted) {
		v.defaultVisibility(AttrDefaultProjectVisibility, st.Settings, next)
		v.defaultVisibility(AttrDefaultGroupVisibility, st.Settings, next)
	}
	if kinds := c.ValidRegistrars; kinds.Given && kinds.Value != nil {
		next.ValidRegistrars = *kinds.Value
		if err := checkRegistrars(*kinds.Value); err != nil {
			v.Problems = append(v.Problems, err.Problems...)
		}
	}
	if len(v.Problems) > 0 {
		return &v.Invalid
	}
	st.setSettings(next, unshared)
	return nil
}

// visibilitiesOf are the levels of visibility that words or their numbers stand for; any other word is the lowest
// (lib/gitlab/visibility_level.rb, level_value).
func visibilitiesOf(words []string) (levels []Visibility) {
	numbers := map[string]Visibility{"10": Internal, "20": Public}
	for _, word := range words {
		switch level := Visibility(word); {
		case slices.Contains(VisibilityLevels, level):
			levels = append(levels, level)
		default:
			levels = append(levels, cmp.Or(numbers[word], Private))
		}
	}
	return levels
}

// setSettings takes over settings that have been checked. unshared is shared_runners_enabled=false.
func (st *State) setSettings(next Settings, unshared bool) {
	before, wereUnshared := st.Settings, st.NewProjectsUnshared
	st.Settings, st.NewProjectsUnshared = next.Clone(), unshared
	st.onUndo(func() { st.Settings, st.NewProjectsUnshared = before, wereUnshared })
}

// settingsValidation collects what the model says of the columns of the settings.
type settingsValidation struct{ Invalid }

// flag sets what is on or off; null is neither.
func (v *settingsValidation) flag(column string, c Change[bool], set func(bool)) {
	switch {
	case !c.Given:
	case c.Value == nil:
		v.Add(column, msgBooleanNeeded)
	default:
		set(*c.Value)
	}
}

// interval sets a time in seconds; null is none.
func (v *settingsValidation) interval(column string, c Change[int], field *time.Duration) {
	switch {
	case !c.Given:
	case c.Value == nil:
		*field = 0
	case *c.Value < minTokenExpiration || *c.Value > MaxDatabaseInteger:
		v.Add(column, fmt.Sprintf(msgfTooSmall, minTokenExpiration))
	default:
		*field = time.Duration(*c.Value) * time.Second
	}
}

// megabytes sets a size that is given in MiB and kept in bytes.
func (v *settingsValidation) megabytes(column string, c Change[int], field *int64) {
	switch {
	case !c.Given:
	case c.Value == nil:
		v.Add(column, msgNumberNeeded)
	case *c.Value < 1 || *c.Value > MaxDatabaseInteger:
		v.Add(column, msgPositiveNeeded)
	default:
		*field = int64(*c.Value) << 20
	}
}

// duration sets a time that is given, and kept, in words.
func (v *settingsValidation) duration(column string, c Change[string], field *string) {
	switch text := OrEmpty(c.Value); {
	case !c.Given:
	case strings.TrimSpace(text) == "":
		v.Add(column, msgBlank)
	case !isDuration(text):
		v.Add(column, msgNoDuration)
	default:
		*field = text
	}
}

func isDuration(text string) bool {
	_, err := ci.ParseDuration(text)
	return err == nil
}

// defaultVisibility refuses a default visibility that would be for administrators alone. One that a seed has restricted
// stands until it changes.
func (v *settingsValidation) defaultVisibility(attribute string, before, next Settings) {
	was, level := before.DefaultVisibility(attribute), next.DefaultVisibility(attribute)
	if stood := was == level && before.Restricts(was); next.Restricts(level) && !stood {
		v.Add(attribute, msgRestrictedDefault)
	}
}

// checkRegistrars refuses what is no choice of kinds of registrars, each of them at most once.
func checkRegistrars(kinds []string) *Invalid {
	left := map[string]bool{RegistrarProject: true, RegistrarGroup: true}
	for _, kind := range kinds {
		if !left[kind] {
			return newInvalid(columnRegistrars, fmt.Sprintf(msgfNotIncluded, Inspect(kinds)))
		}
		left[kind] = false
	}
	return nil
}
