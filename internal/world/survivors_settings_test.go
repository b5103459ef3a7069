package world

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// app/models/application_setting.rb: how long texts may be, how much of the work a storage may get, and what is kept.
func TestHowLongSettingsMayBe(t *testing.T) {
	for name, most := range map[string]int{"spam_check_api_key": 2000, settingTokenPrefix: 20, "mailgun_signing_key": 255,
		"help_page_documentation_base_url": 255, "rate_limiting_response_text": 255, "jira_connect_application_key": 255,
		"jira_connect_proxy_url": 255, "sentry_dsn": 255, "sentry_clientside_dsn": 255, "sentry_environment": 255,
		"slack_app_id": 64, "slack_app_secret": 64, "slack_app_signing_secret": 64, "slack_app_verification_token": 64} {
		for length, want := range map[int]string{most: "", most + 1: msgTooLong(most)} {
			st, _ := ruled(t)
			err := st.ChangeSettings(SettingsChange{Attributes: map[string]string{name: strings.Repeat("a", length)}})
			assert.Equal(t, want != "", err != nil, name)
			if want != "" {
				assert.ErrorContains(t, err, want, name)
			}
		}
	}
	st, _ := ruled(t)
	for weight, ok := range map[string]bool{"0": true, "100": true, "101": false} {
		err := st.ChangeSettings(SettingsChange{Attributes: map[string]string{AttrStorageWeight: weight}})
		assert.Equal(t, ok, err == nil, weight)
	}
	require.NoError(t, st.ChangeSettings(SettingsChange{Attributes: map[string]string{"gravatar_enabled": "false"}}))
	require.NoError(t, st.ChangeSettings(SettingsChange{Attributes: map[string]string{"gravatar_enabled": "true",
		AttrStorageWeight: "100"}}))
	assert.Nil(t, st.Settings.Attributes, "they are as in a new GitLab")
	require.NoError(t, st.UpdateSettings(Settings{Attributes: map[string]string{"kroki_enabled": "true"}}))
	assert.NoError(t, st.ChangeSettings(SettingsChange{AdminMode: to(true)}), "a seed may be older than the rule")
	assert.Error(t, st.ChangeSettings(SettingsChange{Attributes: map[string]string{"gravatar_enabled": "false"}}))
}

// What a seed gives an attribute of the settings is what GitLab's model takes, and told at its place.
func TestAttributesOfSettingsInSeeds(t *testing.T) {
	for want, given := range map[string][2]string{
		"Gravatar enabled must be a boolean value":               {"gravatar_enabled", Unset},
		"Issues create limit is not a number":                    {"issues_create_limit", Unset},
		"Issues create limit must be greater than or equal to 0": {"issues_create_limit", "-1"},
		"Max yaml depth must be greater than 0":                  {"max_yaml_depth", "0"},
		"Max attachment size must be greater than 0":             {"max_attachment_size", "-1"},
		`no value "svn"`:          {"import_sources", "git,svn"},
		`no attribute "gravatar"`: {"gravatar", Unset},
		`"high" is no number`:     {"external_authorization_service_timeout", "high"},
		`"+5" is no number`:       {"issues_create_limit", "+5"},
		"Personal access token prefix is too long (maximu": {settingTokenPrefix, strings.Repeat("a", 21)},
	} {
		st, _ := ruled(t)
		err := st.UpdateSettings(Settings{Attributes: map[string]string{given[0]: given[1]}})
		require.ErrorContains(t, err, want)
		assert.Equal(t, []string{"attributes." + given[0]}, fieldsOf(t, err))
	}
	st, _ := ruled(t)
	for _, given := range []map[string]string{{"max_yaml_depth": "0", "snippet_size_limit": "0"},
		{"max_yaml_depth": "0", "gravatar_enabled": "no"}} {
		assert.Len(t, fieldsOf(t, st.UpdateSettings(Settings{Attributes: given})), 1, "one after the other")
	}
	require.NoError(t, st.UpdateSettings(Settings{Attributes: map[string]string{"max_login_attempts": Unset,
		"import_sources": "git,gitea", "max_yaml_depth": "1", "sign_in_text": "-", "can_create_group": "true",
		"throttle_authenticated_api_enabled": "true", "user_defaults_to_private_profile": "true"}}))
	name, email := "mia", "mia@corp.example"
	u, err := st.CreateUser(UserChange{Username: &name, Name: &name, Email: &email}, nil)
	require.NoError(t, err)
	assert.True(t, u.PrivateProfile)
	assert.Equal(t, []any{(*int)(nil), (*bool)(nil)}, []any{u.ProjectsLimit, u.CanCreateGroup}, "as of any user")
	require.NoError(t, st.UpdateSettings(Settings{Attributes: map[string]string{"user_default_external": "true",
		"default_projects_limit": "5"}}))
	name, email = "max", "max@corp.example"
	u, err = st.CreateUser(UserChange{Username: &name, Name: &name, Email: &email}, nil)
	require.NoError(t, err)
	assert.Nil(t, u.ProjectsLimit, "an external user has none")
}

// A limit of one byte is one, too.
func TestTheSmallestLimits(t *testing.T) {
	assert.Equal(t, []int64{1, 1, defaultSizeLimit}, []int64{Settings{MaxTraceSize: 1}.TraceLimit(),
		Settings{MaxArtifactsSize: 1}.ArtifactsLimit(), Settings{}.TraceLimit()})
}
