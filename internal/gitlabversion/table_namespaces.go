package gitlabversion

// namespaceRows are the differences about groups, projects, and what belongs to them: variables, protected branches,
// webhooks.
var namespaceRows = map[Difference]Row{
	DisallowedTokensHidden: {"runners_token of a project or group is null while its registration token is not " +
		"accepted; before, the token",
		Version{18, 0}, first, "app/models/project.rb and app/models/group.rb, otherwise in 16.x", false},
	NamespaceAttributesOf17: {"projects and groups show max_artifacts_size; projects ci_delete_pipelines_in_seconds and " +
		"ci_push_repository_for_job_token_allowed; groups developer_can_initial_push",
		Version{17, 11}, first, "answers recorded from GitLab 16.11.6 and 17.11.7", false},
	NamespaceAttributesOf18: {"projects and groups show show_diff_preview_in_email and marked_for_deletion_on; groups " +
		"archived, duo_namespace_access_rules and service_access_tokens_expiration_enforced; projects " +
		"package_registry_access_level, resource_group_default_process_mode, protect_merge_request_pipelines and " +
		"ci_display_pipeline_variables, and to everybody their visibility",
		Version{18, 0}, first, "answers recorded from GitLab 17.11.7 and 18.11.5", false},
	MergeRequestTitleTemplate: {"projects show mr_default_title_template",
		Version{19, 0}, first, "answers recorded from GitLab 18.11.5 and 19.0.2", false},
	RunnersTokenInLists: {"who may administer a project finds its runners_token in lists and groups, too; before, in " +
		"GET /projects/:id alone",
		Version{17, 11}, first, "lib/api/entities/project.rb; answers recorded from GitLab 17.11.7", false},
	VariablesRoleAndRestriction: {"restrict_user_defined_variables and ci_pipeline_variables_minimum_override_role of a " +
		"project follow each other; before, each is set alone",
		Version{18, 0}, first, "app/models/project_ci_cd_setting.rb of about 17.9 and of 18.x", false},
	CodeReadersSeeProtection: {"who may read a project's code lists its protected branches; before, Maintainers alone",
		Version{17, 0}, first, "lib/api/protected_branches.rb of 16.0 and of 17.x", false},
	RefRulesJudgedLate: {"protected branches and tags: the parameters are read before it is asked who may, and a " +
		"branch's rule that is not there is 404 to everybody who sees the project; before, 403 to all but Maintainers",
		Version{17, 0}, first, "lib/api/protected_branches.rb and protected_tags.rb of 16.0 and of 17.x", false},
	HiddenVariables: {"CI/CD variables of projects and groups can be hidden (masked_and_hidden, hidden)",
		Version{17, 4}, first, "Project-level CI/CD variables API page", true},
	VariableDescription: {"CI/CD variables of projects and groups have a description",
		Version{16, 2}, first, "Project-level CI/CD variables API page", true},
	InstanceVariableDescription: {"CI/CD variables of the instance have a description",
		Version{16, 8}, first, "Instance-level CI/CD variables API page", false},
	GroupDescriptionLimit: {"descriptions of groups have at most 500 characters; before, 255",
		Version{16, 7}, first, "merge request 138653", false},
	MovedProjectsRedirect: {"a path that a project had answers 301 to GET and 405 to the rest; before, 404",
		Version{16, 7}, first, "lib/api/helpers.rb, redirect!; behind the flag api_redirect_moved_projects from 16.4 on",
		true},
	PlainNamespacePaths: {"paths of groups and usernames begin and end with a letter or digit, and have no two other " +
		"signs in a row, as those of projects; before, a new one may",
		Version{17, 0}, first, "app/models/namespace.rb; issue 457903; behind the flag " +
			"restrict_special_characters_in_namespace_path from 15.9 on", false},
	RegistryPathText: {"what is said of such a path has another text",
		Version{17, 1}, first, "lib/gitlab/regex.rb, oci_repository_path_regex_message; issue 457903", false},
	ActiveFilter: {"GET /projects and GET /groups take active: what is neither archived nor marked for deletion, nor in " +
		"a group that is",
		Version{18, 1}, first, "issues 525631 and 526205; app/finders/projects_finder.rb", false},
	ActiveFilterOfGroups: {"GET /groups/:id/projects and the lists of subgroups take active, too",
		Version{18, 9}, first, "merge request 218053", false},
	DeployKeyOfLevels: {"who may push to a protected branch or create a protected tag shows deploy_key_id, null",
		Version{16, 10}, first, "lib/api/entities/protected_ref_access.rb; Merge request approvals API page", false},
	VirtualRegistryScopes: {"deploy tokens may have the scopes read_virtual_registry and write_virtual_registry",
		Version{17, 8}, first, "merge request 174496; app/models/deploy_token.rb", false},
	DeletionMarks: {"DELETE of a group or project only marks it, for 30 days; permanently_remove and restore; " +
		"before, it goes at once",
		Version{18, 0}, first, "app/services/groups/mark_for_deletion_service.rb; epic 17208", false},
	DeletionRenames: {"what is marked for deletion has -deletion_scheduled- and its ID at the end of its path and name",
		Version{18, 2}, first, "app/services/namespaces/mark_for_deletion_base_service.rb", false},
	WebhookUUID: {"webhooks are called with X-Gitlab-Webhook-UUID",
		Version{16, 2}, first, "merge request 125338", true},
	WebhookTemplates: {"webhooks have custom_webhook_template, emoji_events and resource_access_token_events",
		Version{16, 10}, first, "Project webhooks API page; lib/api/project_hooks.rb", false},
	WebhookTests: {"POST /projects/:id/hooks/:hook_id/test/:trigger, and the same of groups",
		Version{16, 11}, first, "Project webhooks API page", true},
	WebhookNames: {"webhooks have a name, a description and custom_headers, which /custom_headers/:key sets",
		Version{17, 1}, first, "Project webhooks API page, issue 460887; lib/api/project_hooks.rb", true},
	WebhookIdempotencyKey: {"webhooks are called with Idempotency-Key",
		Version{17, 4}, first, "merge request 160952", true},
	WebhooksForgivenAlike: {"a webhook that fails is disabled for a time whatever the failure, and for good at the " +
		"40th; before, for good at the 4th if an answer was 4xx",
		Version{17, 11}, first, "app/models/concerns/web_hooks/auto_disabling.rb, issue 503733", false},
	WebhookEventsOf18: {"webhooks have milestone_events, resource_deploy_token_events and vulnerability_events",
		Version{18, 0}, first, "lib/api/project_hooks.rb", false},
	WebhookSigningTokens: {"webhooks have a signing_token, by which their calls are signed, and show token_present and " +
		"signing_token_present",
		Version{19, 0}, first, "Project webhooks API page; merge requests 230944 and 231325", true},
}
