package world

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// The application settings that are kept as attributes, each with what it is in a new GitLab of the newest version
// (app/helpers/application_settings_helper.rb, visible_attributes; app/models/application_setting_implementation.rb,
// defaults; db/structure.sql). One without a value is null there.
const (
	flagSettings = `
akismet_enabled=false allow_account_deletion=true allow_local_requests_from_system_hooks=true
allow_project_creation_for_guest_and_below=true asset_proxy_enabled=false authn_data_retention_cleanup_enabled=false
authorized_keys_enabled=true auto_devops_enabled=true bulk_import_enabled=false can_create_group=true
can_create_organization=true ci_job_live_trace_enabled=false
container_expiration_policies_enable_historic_entries=false container_registry_expiration_policies_caching=true
deactivate_dormant_users=false delete_inactive_projects=false diagramsnet_enabled=true
disable_admin_oauth_scopes=false disable_feed_token=false disable_personal_access_tokens=false
dns_rebinding_protection_enabled=true domain_denylist_enabled=false eks_integration_enabled=false
email_author_in_body=false email_otp_enabled=false email_restrictions_enabled=false
enable_artifact_external_redirect_warning_page=true
enforce_terms=false external_authorization_service_enabled=false floc_enabled=false force_pages_access_control=false
gitlab_shell_operation_limit_enabled=true gitpod_enabled=false global_search_issues_enabled=true
global_search_merge_requests_enabled=true grafana_enabled=false gravatar_enabled=true hashed_storage_enabled=true
help_page_hide_commercial_content=false hide_third_party_offers=false housekeeping_enabled=true
html_emails_enabled=true iframe_rendering_enabled=false in_product_marketing_emails_enabled=true
include_optional_metrics_in_service_ping=true invisible_captcha_enabled=false
jira_connect_public_key_storage_enabled=false kroki_enabled=false login_recaptcha_protection_enabled=false
mailgun_events_enabled=false math_rendering_limits_enabled=true mirror_available=true notify_on_unknown_sign_in=true
pages_domain_verification_enabled=true password_authentication_enabled_for_git=true
password_authentication_enabled_for_web=true plantuml_enabled=false project_export_enabled=true
prometheus_metrics_enabled=true protected_ci_variables=true recaptcha_enabled=false remember_me_enabled=true
repository_checks_enabled=true require_admin_approval_after_user_signup=true
require_admin_two_factor_authentication=false require_personal_access_token_expiry=true
require_two_factor_authentication=false ropc_without_client_credentials=true
security_policy_global_group_approvers_enabled=true sentry_enabled=false show_migrate_from_jenkins_banner=true
signup_enabled=true silent_mode_enabled=false slack_app_enabled=false snowplow_enabled=false sourcegraph_enabled=false
sourcegraph_public_only=true spam_check_endpoint_enabled=false suggest_pipeline_enabled=true
throttle_authenticated_api_enabled=false throttle_authenticated_deprecated_api_enabled=false
throttle_authenticated_files_api_enabled=false throttle_authenticated_git_lfs_enabled=false
throttle_authenticated_packages_api_enabled=false throttle_authenticated_web_enabled=false
throttle_protected_paths_enabled=false throttle_unauthenticated_api_enabled=false
throttle_unauthenticated_deprecated_api_enabled=false throttle_unauthenticated_enabled=false
throttle_unauthenticated_files_api_enabled=false throttle_unauthenticated_packages_api_enabled=false
time_tracking_limit_to_hours=false unique_ips_limit_enabled=false update_runner_versions_enabled=true
usage_ping_enabled=true usage_ping_features_enabled=false user_deactivation_emails_enabled=true
user_default_external=false user_defaults_to_private_profile=false user_oauth_applications=true
user_show_add_ssh_key_message=true version_check_enabled=true wiki_asciidoc_allow_uri_includes=false`

	numberSettings = `
ai_action_api_rate_limit=160 bulk_import_concurrent_pipeline_batch_limit=25 bulk_import_max_download_file_size=5120
ci_max_includes=150 ci_max_total_yaml_size_bytes=314572800 code_suggestions_api_rate_limit=60
concurrent_bitbucket_import_jobs_limit=100 concurrent_bitbucket_server_import_jobs_limit=100
concurrent_github_import_jobs_limit=1000 concurrent_relation_batch_export_limit=8
container_registry_cleanup_tags_service_max_list_size=200 container_registry_delete_tags_service_timeout=250
container_registry_expiration_policies_worker_capacity=4 container_registry_token_expire_delay=5
deactivate_dormant_users_period=90 decompress_archive_file_timeout=210 default_branch_protection=2
default_project_creation=2 default_projects_limit=100000 default_syntax_highlighting_theme=1
deletion_adjourned_period=30 diff_max_files=1000 diff_max_lines=50000 diff_max_patch_bytes=204800
downstream_pipeline_trigger_limit_per_project_user_sha=0 dsa_key_restriction=0 ecdsa_key_restriction=0
ecdsa_sk_key_restriction=0 ed25519_key_restriction=0 ed25519_sk_key_restriction=0
external_pipeline_validation_service_timeout failed_login_attempts_unlock_period_in_minutes first_day_of_week=0
git_push_pipeline_limit=4 gitaly_timeout_default=55 gitaly_timeout_fast=10 gitaly_timeout_medium=30
gitlab_shell_operation_limit=600 group_download_export_limit=1 group_export_limit=6 group_import_limit=6
housekeeping_optimize_repository_period=10 inactive_projects_delete_after_months=2 inactive_projects_min_size_mb=0
inactive_projects_send_warning_email_after_months=1 issues_create_limit=300 local_markdown_version=0
max_attachment_size=100 max_decompressed_archive_size=25600 max_export_size=0 max_import_remote_file_size=10240
max_import_size=0 max_login_attempts max_pages_custom_domains_per_project=0 max_pages_size=100
max_terraform_state_size_bytes=0 max_yaml_depth=100 max_yaml_size_bytes=2097152 metrics_method_call_threshold=10
minimum_password_length=8 namespace_aggregation_schedule_lease_duration_in_seconds=300 notes_create_limit=300
oauth_access_token_expires_in=7200 performance_bar_allowed_group_id pipeline_limit_per_project_user_sha=0
project_download_export_limit=1 project_export_limit=6 project_import_limit=6 project_jobs_api_rate_limit=600
repository_storages_weighted=100 projects_api_rate_limit_unauthenticated=400 push_event_activities_limit=3
push_event_hooks_limit=3 raw_blob_request_limit=300 receive_max_input_size rsa_key_restriction=0 search_rate_limit=30
search_rate_limit_unauthenticated=10 session_expire_delay=10080 sidekiq_job_limiter_compression_threshold_bytes=100000
sidekiq_job_limiter_limit_bytes=0 snippet_size_limit=52428800 terminal_max_session_time=0
throttle_authenticated_api_period_in_seconds=3600 throttle_authenticated_api_requests_per_period=7200
throttle_authenticated_deprecated_api_period_in_seconds=3600
throttle_authenticated_deprecated_api_requests_per_period=3600 throttle_authenticated_files_api_period_in_seconds=15
throttle_authenticated_files_api_requests_per_period=500 throttle_authenticated_git_lfs_period_in_seconds=60
throttle_authenticated_git_lfs_requests_per_period=1000 throttle_authenticated_packages_api_period_in_seconds=15
throttle_authenticated_packages_api_requests_per_period=1000 throttle_authenticated_web_period_in_seconds=3600
throttle_authenticated_web_requests_per_period=7200 throttle_protected_paths_period_in_seconds=60
throttle_protected_paths_requests_per_period=10 throttle_unauthenticated_api_period_in_seconds=3600
throttle_unauthenticated_api_requests_per_period=3600 throttle_unauthenticated_deprecated_api_period_in_seconds=3600
throttle_unauthenticated_deprecated_api_requests_per_period=1800
throttle_unauthenticated_files_api_period_in_seconds=15 throttle_unauthenticated_files_api_requests_per_period=125
throttle_unauthenticated_packages_api_period_in_seconds=15
throttle_unauthenticated_packages_api_requests_per_period=800 throttle_unauthenticated_period_in_seconds=3600
throttle_unauthenticated_requests_per_period=3600 two_factor_grace_period=48 unique_ips_limit_per_user=10
unique_ips_limit_time_window=3600 users_get_by_id_limit=300 wiki_page_max_content_bytes=5242880`

	textSettings = `
abuse_notification_email after_sign_out_path after_sign_up_text akismet_api_key archive_builds_in_human_readable
asset_proxy_secret_key asset_proxy_url auto_devops_domain commit_email_hostname custom_http_clone_url_root
default_branch_name default_ci_config_path default_group_visibility=private default_preferred_language=en
default_project_visibility=private default_snippet_visibility=private diagramsnet_url=https://embed.diagrams.net
eks_access_key_id eks_account_id eks_secret_access_key email_confirmation_setting=off email_restrictions
enabled_git_access_protocol external_auth_client_cert external_auth_client_key external_auth_client_key_pass
external_authorization_service_default_label external_authorization_service_url
external_pipeline_validation_service_token external_pipeline_validation_service_url gitpod_url=https://gitpod.io/
grafana_url=/-/grafana help_page_documentation_base_url=https://docs.gitlab.com help_page_support_url help_page_text
home_page_url jira_connect_application_key jira_connect_proxy_url kroki_url mailgun_signing_key
personal_access_token_prefix=glpat- plantuml_url rate_limiting_response_text recaptcha_private_key recaptcha_site_key
secret_detection_revocation_token_types_url secret_detection_token_revocation_url security_txt_content
sentry_clientside_dsn sentry_dsn sentry_environment shared_runners_text sidekiq_job_limiter_mode=compress sign_in_text
slack_app_id slack_app_secret slack_app_signing_secret slack_app_verification_token snowplow_app_id
snowplow_collector_hostname snowplow_cookie_domain snowplow_database_collector_hostname sourcegraph_url
spam_check_api_key spam_check_endpoint_url static_objects_external_storage_auth_token
static_objects_external_storage_url terms user_default_internal_regex whats_new_variant=all_tiers`

	decimalSettings = `
external_authorization_service_timeout polling_interval_multiplier=1.0 sentry_clientside_traces_sample_rate`

	wordsSettings = `
asset_proxy_allowlist disabled_oauth_sign_in_sources domain_allowlist domain_denylist iframe_rendering_allowlist
import_sources notes_create_limit_allowlist outbound_local_requests_whitelist protected_paths
users_get_by_id_limit_allowlist`
)

// The attributes of the settings that something here asks for by name.
const (
	AttrDefaultProjectVisibility = "default_project_visibility"
	AttrDefaultGroupVisibility   = "default_group_visibility"
	// AttrStorageWeight is repository_storages_weighted of the one storage that there is, in percent.
	AttrStorageWeight  = "repository_storages_weighted"
	settingTokenPrefix = "personal_access_token_prefix"
	settingDenylist    = "domain_denylist"
)

// SettingAttributes are the application settings that are kept for whoever asks for them.
var SettingAttributes = slices.Concat(settingsOf(FlagAttribute, flagSettings),
	settingsOf(NumberAttribute, numberSettings),
	settingsOf(TextAttribute, textSettings), settingsOf(WordsAttribute, wordsSettings),
	settingsOf(DecimalAttribute, decimalSettings), settingsOf(JSONAttribute, AttrBranchDefaults))

// settingsOf reads settings of one kind; those that take some words alone get them.
func settingsOf(kind AttributeKind, text string) (all []Attribute) {
	for field := range strings.FieldsSeq(text) {
		name, usual, _ := strings.Cut(field, "=")
		a := Attribute{Name: name, Kind: kind, Default: usual, Values: settingValues[name]}
		if short, ok := strings.CutSuffix(name, "_key_restriction"); ok {
			a.Values = keyRestrictions[short]
		}
		all = append(all, a)
	}
	return all
}

// settingValues are the words that settings take which take some alone.
var settingValues = map[string][]string{
	"default_branch_protection":   {"0", "1", "2", "3", "4"},
	"default_project_creation":    {"0", "1", "2", "3", "4"},
	AttrDefaultProjectVisibility:  WordsOf(VisibilityLevels...),
	AttrDefaultGroupVisibility:    WordsOf(VisibilityLevels...),
	"default_snippet_visibility":  WordsOf(VisibilityLevels...),
	"email_confirmation_setting":  {"off", "soft", "hard"},
	"enabled_git_access_protocol": {"ssh", "http", "all"},
	"import_sources": {"github", "bitbucket", "bitbucket_server", "fogbugz", "git", "gitlab_project", "gitea",
		"manifest"},
	"sidekiq_job_limiter_mode": {"track", "compress"},
	"whats_new_variant":        {"all_tiers", "current_tier", "disabled"},
}

// keyRestrictions are the lengths of keys that may be asked for, by the type of key; 0 is any and -1 forbids them.
var keyRestrictions = map[string][]string{"rsa": {"0", "1024", "2048", "3072", "4096", "-1"},
	"dsa": {"0", "1024", "2048", "3072", "-1"}, "ecdsa": {"0", "256", "384", "521", "-1"}, "ecdsa_sk": {"0", "256", "-1"},
	"ed25519": {"0", "256", "-1"}, "ed25519_sk": {"0", "256", "-1"}}

// settingDefaults are what the attributes are in a new GitLab, by name.
var settingDefaults = defaultsOf(SettingAttributes)

// Attribute is an attribute of the settings in its text form; Unset for null.
func (s Settings) Attribute(name string) string { return valueOf(s.Attributes, settingDefaults, name) }

// NeededSetting is a boolean setting that wants others where it is on.
type NeededSetting struct {
	On, Needed string // names; several are apart by blanks
	// Request: whoever switches it on has to give the others along (Grape's given in lib/api/settings.rb). Model: they
	// may not be blank (app/models/application_setting.rb).
	Request, Model bool
}

// NeededSettings are all of them, in the order of the model.
var NeededSettings = []NeededSetting{
	{"akismet_enabled", "akismet_api_key", true, true},
	{"asset_proxy_enabled", "asset_proxy_url asset_proxy_secret_key", false, true},
	{"eks_integration_enabled", "eks_account_id eks_access_key_id eks_secret_access_key", true, false}, // checkEKS
	{"external_authorization_service_enabled", "external_authorization_service_default_label", false, true},
	{"gitpod_enabled", "gitpod_url", true, true},
	{"kroki_enabled", "kroki_url", true, true},
	{"login_recaptcha_protection_enabled", "recaptcha_site_key recaptcha_private_key", true, true},
	{"mailgun_events_enabled", "mailgun_signing_key", true, true},
	{"plantuml_enabled", "plantuml_url", true, true},
	{"diagramsnet_enabled", "diagramsnet_url", true, true},
	{"recaptcha_enabled", "recaptcha_site_key recaptcha_private_key", true, true},
	{"require_two_factor_authentication", "two_factor_grace_period", true, false},
	{"sentry_enabled", "sentry_dsn sentry_environment", false, true},
	{"slack_app_enabled", "slack_app_id slack_app_secret slack_app_signing_secret slack_app_verification_token", true,
		true},
	{"snowplow_enabled", "snowplow_collector_hostname", true, true},
	{"sourcegraph_enabled", "sourcegraph_url", true, true},
	{"spam_check_endpoint_enabled", "spam_check_endpoint_url", true, true},
}

// longestSettings are how many characters settings may have that have an end.
var longestSettings = map[string]int{"spam_check_api_key": 2000, settingTokenPrefix: 20, "mailgun_signing_key": 255,
	"help_page_documentation_base_url": 255, "slack_app_id": 64, "slack_app_secret": 64, "slack_app_signing_secret": 64,
	"slack_app_verification_token": 64, "rate_limiting_response_text": 255, "jira_connect_application_key": 255,
	"jira_connect_proxy_url": 255, "sentry_dsn": 255, "sentry_clientside_dsn": 255, "sentry_environment": 255}

// positiveSettings are numbers that may not be 0, as no throttle's may be.
var positiveSettings = strings.Fields(`ai_action_api_rate_limit bulk_import_concurrent_pipeline_batch_limit
	code_suggestions_api_rate_limit concurrent_bitbucket_import_jobs_limit concurrent_bitbucket_server_import_jobs_limit
	concurrent_github_import_jobs_limit concurrent_relation_batch_export_limit container_registry_token_expire_delay
	external_pipeline_validation_service_timeout failed_login_attempts_unlock_period_in_minutes
	housekeeping_optimize_repository_period inactive_projects_delete_after_months
	inactive_projects_send_warning_email_after_months max_attachment_size max_login_attempts max_yaml_depth
	max_yaml_size_bytes namespace_aggregation_schedule_lease_duration_in_seconds project_jobs_api_rate_limit
	session_expire_delay snippet_size_limit`)

// tokenPrefixes is what a prefix of tokens is made of.
var tokenPrefixes = regexp.MustCompile(`^[a-zA-Z0-9_+=/@:.-]*$`)

// attributes lays attributes over those that are kept, by the rules of GitLab's model (app/models/
// application_setting.rb). The text form Unset stands for null.
func (v *settingsValidation) attributes(given map[string]string, next *Settings) {
	if len(given) == 0 {
		return
	}
	after := maps.Clone(next.Attributes)
	if after == nil {
		after = map[string]string{}
	}
	for _, a := range SettingAttributes {
		value, said := given[a.Name]
		if said {
			v.refuse(a, value)
			after[a.Name] = value
		}
	}
	next.Attributes = settingChanges(after)
	v.related(*next)
}

// settingChanges are attributes without those that are as in a new GitLab.
func settingChanges(given map[string]string) map[string]string {
	set := maps.Clone(given)
	maps.DeleteFunc(set, func(name, value string) bool { return value == settingDefaults[name] })
	if len(set) == 0 {
		return nil
	}
	return set
}

// refuse notes what is wrong with the value of one attribute.
func (v *settingsValidation) refuse(a Attribute, value string) {
	n, _ := strconv.Atoi(value) // of one that is too long the greatest there is
	positive := strings.HasPrefix(a.Name, "throttle_") || slices.Contains(positiveSettings, a.Name)
	most, ends := longestSettings[a.Name]
	switch {
	case a.Kind == FlagAttribute && value == Unset: // none is null in a new GitLab
		v.Add(a.Name, msgBooleanNeeded)
	case a.Kind == NumberAttribute && value == Unset && a.Default != Unset:
		v.Add(a.Name, msgNumberNeeded)
	case a.Kind == NumberAttribute && value != Unset && n <= 0 && positive:
		v.Add(a.Name, msgPositiveNeeded)
	case a.Kind == NumberAttribute && a.Values == nil && strings.HasPrefix(value, "-"):
		v.Add(a.Name, fmt.Sprintf(msgfTooSmall, 0))
	case a.Name == AttrStorageWeight && n > 100:
		v.Add(a.Name, msgStorageWeight)
	case ends && utf8.RuneCountInString(value) > most:
		v.Add(a.Name, msgTooLong(most))
	case a.Name == settingTokenPrefix && !tokenPrefixes.MatchString(value):
		v.Add(a.Name, msgTokenPrefix)
	}
}

// related notes what is missing where a setting is on that needs another.
func (v *settingsValidation) related(next Settings) {
	on := func(name string) bool { return next.Attribute(name) == "true" }
	blank := func(name string) bool { return strings.TrimSpace(next.Attribute(name)) == "" }
	told := map[string]bool{} // as two may want the same
	for _, n := range NeededSettings {
		for name := range strings.FieldsSeq(n.Needed) {
			if n.Model && on(n.On) && blank(name) && !told[name] {
				v.Add(name, msgBlank)
				told[name] = true
			}
		}
	}
	if on("eks_integration_enabled") {
		v.checkEKS(next)
	}
	if on("domain_denylist_enabled") && blank(settingDenylist) {
		v.Add(settingDenylist, msgDenylistEmpty)
	}
	if on("enforce_terms") && blank("terms") {
		v.Add(attrBase, msgTermsNeeded)
	}
	fast, medium, usual := number(next.Attribute("gitaly_timeout_fast")), number(next.Attribute("gitaly_timeout_medium")),
		number(next.Attribute("gitaly_timeout_default"))
	if medium > usual {
		v.Add("gitaly_timeout_medium", fmt.Sprintf(msgfTooLarge, usual))
	}
	if medium < fast {
		v.Add("gitaly_timeout_medium", fmt.Sprintf(msgfTooSmall, fast))
	}
	if fast > usual {
		v.Add("gitaly_timeout_fast", fmt.Sprintf(msgfTooLarge, usual))
	}
}

// How many characters the id of an access key of AWS has, and what an account's id is.
const (
	minAccessKey = 16
	maxAccessKey = 128
)

var awsAccount = regexp.MustCompile(`^\d{12}$`)

// checkEKS notes what is wrong with the account at AWS that is used; its keys may be left blank.
func (v *settingsValidation) checkEKS(next Settings) {
	if !awsAccount.MatchString(next.Attribute("eks_account_id")) {
		v.Add("eks_account_id", msgAWSAccount)
	}
	key := next.Attribute("eks_access_key_id")
	if strings.TrimSpace(key) == "" {
		return
	}
	switch n := utf8.RuneCountInString(key); {
	case n < minAccessKey:
		v.Add("eks_access_key_id", fmt.Sprintf(msgfTooShort, minAccessKey))
	case n > maxAccessKey:
		v.Add("eks_access_key_id", msgTooLong(maxAccessKey))
	}
	if strings.TrimSpace(next.Attribute("eks_secret_access_key")) == "" {
		v.Add("eks_secret_access_key", msgBlank)
	}
}

// checkSettingAttributes checks what a draft of the settings has of attributes.
func checkSettingAttributes(given map[string]string) (ps Problems) {
	set := maps.Clone(given)
	maps.DeleteFunc(set, func(name, value string) bool {
		_, known := settingDefaults[name]
		return known && value == Unset
	})
	ps = checkAttributes(SettingAttributes, set)
	var v settingsValidation
	for _, a := range SettingAttributes {
		if value, said := given[a.Name]; said {
			v.refuse(a, value)
		}
	}
	for _, p := range v.Problems {
		if len(ps) == 0 {
			ps.Addf(datajson.Field("attributes", p.Attribute), "%s", p.sentence())
		}
	}
	return ps
}

// DefaultVisibility is how visible a new project or group is of which nothing is said.
func (s Settings) DefaultVisibility(attribute string) Visibility {
	return cmp.Or(Visibility(s.Attribute(attribute)), Private)
}

// beginUser gives a new user what the settings say of one (app/models/user.rb, attribute defaults).
func (s Settings) beginUser(u *User) {
	u.External = s.Attribute("user_default_external") == "true"
	u.PrivateProfile = s.Attribute("user_defaults_to_private_profile") == "true"
	if most := number(s.Attribute("default_projects_limit")); !u.External && most != defaultProjectsLimit {
		u.ProjectsLimit = &most
	}
	if s.Attribute("can_create_group") == "false" {
		u.CanCreateGroup = new(bool)
	}
}
