package rest

// The application settings that change nothing here: GitLab takes them and checks their types, and so does this one.
// They are not kept, and GET /application/settings does not show them. A default visibility is held against what is
// restricted (settings.go).

import (
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/params"
)

// The general settings by their types (lib/api/settings.rb and, for what has no type there,
// app/helpers/application_settings_helper.rb), of 16.0 to the newest together: one that a version does not know yet
// does no harm in a test.
const (
	booleanSettings = `
akismet_enabled allow_account_deletion allow_local_requests_from_system_hooks
allow_project_creation_for_guest_and_below asset_proxy_enabled authn_data_retention_cleanup_enabled
authorized_keys_enabled auto_devops_enabled bulk_import_enabled can_create_group can_create_organization
ci_job_live_trace_enabled container_expiration_policies_enable_historic_entries
container_registry_expiration_policies_caching deactivate_dormant_users delete_inactive_projects diagramsnet_enabled
disable_admin_oauth_scopes disable_feed_token disable_personal_access_tokens dns_rebinding_protection_enabled
domain_denylist_enabled eks_integration_enabled email_author_in_body email_otp_enabled email_restrictions_enabled
enable_artifact_external_redirect_warning_page enforce_terms
external_authorization_service_enabled floc_enabled force_pages_access_control gitlab_shell_operation_limit_enabled
gitpod_enabled global_search_issues_enabled global_search_merge_requests_enabled grafana_enabled gravatar_enabled
hashed_storage_enabled help_page_hide_commercial_content hide_third_party_offers housekeeping_enabled
html_emails_enabled iframe_rendering_enabled in_product_marketing_emails_enabled
include_optional_metrics_in_service_ping invisible_captcha_enabled jira_connect_public_key_storage_enabled
kroki_enabled login_recaptcha_protection_enabled mailgun_events_enabled
math_rendering_limits_enabled mirror_available notify_on_unknown_sign_in pages_domain_verification_enabled
password_authentication_enabled password_authentication_enabled_for_git password_authentication_enabled_for_web
plantuml_enabled project_export_enabled prometheus_metrics_enabled protected_ci_variables recaptcha_enabled
remember_me_enabled repository_checks_enabled require_admin_approval_after_user_signup
require_admin_two_factor_authentication require_personal_access_token_expiry require_two_factor_authentication
ropc_without_client_credentials security_policy_global_group_approvers_enabled send_user_confirmation_email
sentry_enabled show_migrate_from_jenkins_banner signin_enabled signup_enabled silent_mode_enabled slack_app_enabled
snowplow_enabled sourcegraph_enabled sourcegraph_public_only spam_check_endpoint_enabled suggest_pipeline_enabled
throttle_authenticated_api_enabled throttle_authenticated_deprecated_api_enabled
throttle_authenticated_files_api_enabled throttle_authenticated_git_lfs_enabled
throttle_authenticated_packages_api_enabled throttle_authenticated_web_enabled throttle_protected_paths_enabled
throttle_unauthenticated_api_enabled throttle_unauthenticated_deprecated_api_enabled throttle_unauthenticated_enabled
throttle_unauthenticated_files_api_enabled throttle_unauthenticated_packages_api_enabled
throttle_unauthenticated_web_enabled time_tracking_limit_to_hours unique_ips_limit_enabled
update_runner_versions_enabled usage_ping_enabled usage_ping_features_enabled user_deactivation_emails_enabled
user_default_external user_defaults_to_private_profile user_oauth_applications user_show_add_ssh_key_message
version_check_enabled wiki_asciidoc_allow_uri_includes`

	numberSettings = `
ai_action_api_rate_limit bulk_import_concurrent_pipeline_batch_limit bulk_import_max_download_file ci_max_includes
ci_max_total_yaml_size_bytes code_suggestions_api_rate_limit concurrent_bitbucket_import_jobs_limit
concurrent_bitbucket_server_import_jobs_limit concurrent_github_import_jobs_limit concurrent_relation_batch_export_limit
container_registry_cleanup_tags_service_max_list_size container_registry_delete_tags_service_timeout
container_registry_expiration_policies_worker_capacity container_registry_token_expire_delay
deactivate_dormant_users_period decompress_archive_file_timeout default_projects_limit deletion_adjourned_period
diff_max_files diff_max_lines diff_max_patch_bytes downstream_pipeline_trigger_limit_per_project_user_sha
dsa_key_restriction ecdsa_key_restriction ecdsa_sk_key_restriction ed25519_key_restriction ed25519_sk_key_restriction
first_day_of_week gitaly_timeout_default gitaly_timeout_fast gitaly_timeout_medium gitlab_shell_operation_limit
git_push_pipeline_limit group_download_export_limit group_export_limit group_import_limit
inactive_projects_delete_after_months inactive_projects_min_size_mb inactive_projects_send_warning_email_after_months
issues_create_limit local_markdown_version max_attachment_size max_decompressed_archive_size max_export_size
max_import_remote_file_size max_import_size max_login_attempts max_pages_custom_domains_per_project max_pages_size
max_terraform_state_size_bytes max_yaml_depth max_yaml_size_bytes metrics_method_call_threshold minimum_password_length
namespace_aggregation_schedule_lease_duration_in_seconds notes_create_limit oauth_access_token_expires_in
pipeline_limit_per_project_user_sha project_download_export_limit project_export_limit project_import_limit
project_jobs_api_rate_limit projects_api_rate_limit_unauthenticated push_event_activities_limit push_event_hooks_limit
raw_blob_request_limit receive_max_input_size rsa_key_restriction search_rate_limit search_rate_limit_unauthenticated
session_expire_delay sidekiq_job_limiter_compression_threshold_bytes sidekiq_job_limiter_limit_bytes snippet_size_limit
terminal_max_session_time throttle_authenticated_api_period_in_seconds throttle_authenticated_api_requests_per_period
throttle_authenticated_web_period_in_seconds throttle_authenticated_web_requests_per_period
throttle_unauthenticated_api_period_in_seconds throttle_unauthenticated_api_requests_per_period
throttle_unauthenticated_period_in_seconds throttle_unauthenticated_requests_per_period
throttle_unauthenticated_web_period_in_seconds throttle_unauthenticated_web_requests_per_period
unique_ips_limit_per_user unique_ips_limit_time_window users_get_by_id_limit wiki_page_max_content_bytes`

	textSettings = `
abuse_notification_email admin_notification_email after_sign_out_path after_sign_up_text asset_proxy_secret_key
asset_proxy_url auto_devops_domain commit_email_hostname custom_http_clone_url_root default_artifacts_expire_in
default_branch_name default_ci_config_path email_restrictions grafana_url help_page_documentation_base_url
help_page_support_url help_page_text home_page_url jira_connect_application_key jira_connect_proxy_url
performance_bar_allowed_group_id performance_bar_allowed_group_path performance_bar_enabled personal_access_token_prefix
rate_limiting_response_text security_txt_content shared_runners_text sentry_clientside_dsn sentry_dsn sentry_environment
sign_in_text terms user_default_internal_regex`

	listSettings = `
asset_proxy_allowlist asset_proxy_whitelist disabled_oauth_sign_in_sources domain_allowlist domain_denylist`

	untypedSettings = `
default_branch_protection_defaults domain_allowlist_raw domain_denylist_raw notes_create_limit_allowlist_raw
outbound_local_requests_allowlist_raw polling_interval_multiplier protected_paths_raw repository_storages_weighted
resource_usage_limits static_objects_external_storage_auth_token static_objects_external_storage_url
users_get_by_id_limit_allowlist_raw`
)

// neededSettings are those that a boolean setting asks for when it is switched on (Grape's given).
var neededSettings = []struct{ on, needed string }{
	{"akismet_enabled", "akismet_api_key"},
	{"diagramsnet_enabled", "diagramsnet_url"},
	{"eks_integration_enabled", "eks_account_id eks_access_key_id eks_secret_access_key"},
	{"gitpod_enabled", "gitpod_url"},
	{"kroki_enabled", "kroki_url"},
	{"mailgun_events_enabled", "mailgun_signing_key"},
	{"plantuml_enabled", "plantuml_url"},
	{"recaptcha_enabled", "recaptcha_site_key recaptcha_private_key"},
	{"require_two_factor_authentication", "two_factor_grace_period"},
	{"slack_app_enabled", "slack_app_id slack_app_secret slack_app_signing_secret slack_app_verification_token"},
	{"snowplow_enabled", "snowplow_collector_hostname"},
	{"sourcegraph_enabled", "sourcegraph_url"},
	{"spam_check_endpoint_enabled", "spam_check_endpoint_url"},
}

// generalSettings declares all of them.
func generalSettings() (all []params.Param) {
	for _, group := range []struct {
		names string
		kind  params.Kind
	}{
		{booleanSettings, params.Boolean}, {numberSettings, params.Integer}, {textSettings, params.String},
		{listSettings, params.CommaList}, {untypedSettings, params.Any},
	} {
		for _, name := range strings.Fields(group.names) {
			all = append(all, params.Param{Name: name, Kind: group.kind})
		}
	}
	all = append(all,
		params.Param{Name: "default_branch_protection", Kind: params.Integer, Values: []string{"0", "1", "2", "3", "4"}},
		params.Param{Name: paramDefaultGroupVisibility, Values: visibilities},
		params.Param{Name: "default_project_creation", Kind: params.Integer, Values: []string{"0", "1", "2", "3", "4"}},
		params.Param{Name: paramDefaultProjectVisibility, Values: visibilities},
		params.Param{Name: "default_snippet_visibility", Values: visibilities},
		params.Param{Name: "email_confirmation_setting", Values: []string{"off", "soft", "hard"}},
		params.Param{Name: "enabled_git_access_protocol", Values: []string{"ssh", "http", "all"}},
		params.Param{Name: "import_sources", Kind: params.CommaList, Values: []string{"github", "bitbucket",
			"bitbucket_server", "fogbugz", "git", "gitlab_project", "gitea", "manifest"}},
		params.Param{Name: "whats_new_variant", Values: []string{"all_tiers", "current_tier", "disabled"}})
	for _, n := range neededSettings {
		for _, name := range strings.Fields(n.needed) {
			all = append(all,
				params.Param{Name: name, Required: true, When: &params.When{Param: n.on, Equals: "true"}},
				params.Param{Name: name}) // by itself it may always be set
		}
	}
	return all
}
