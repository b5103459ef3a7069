package gitlabversion

// peopleRows are the differences about users, their tokens and roles, and the instance.
var peopleRows = map[Difference]Row{
	KASProxyURL: {"GET /version and GET /metadata show kas.externalK8sProxyUrl",
		Version{17, 6}, first, "Metadata API page", true},
	RateLimitHeaders: {"every answer to a request that the throttle counts may have RateLimit- headers " +
		"(Settings.RateLimitHeaders); before, only 429",
		Version{18, 6}, first, "lib/gitlab/middleware/rack_attack_headers.rb", false},
	EmailResetOffered: {"GET /user shows administrators email_reset_offered_at",
		Version{16, 7}, Version{18, 3}, "Users API page, merge request 197491; there in an answer recorded from 17.11.7, " +
			"not in those from 18.11.5 on", true},
	UsersShowLocked: {"users show locked",
		Version{16, 4}, first, "absent in answers recorded from GHC and CERN in July and September 2023", false},
	UsersByKeyset: {"GET /users takes pagination=keyset; before, that counts for nothing",
		Version{16, 5}, first, "REST API page, keyset pagination", true},
	UsersSearchedByRank: {"GET /users?search= has who is called so first for administrators, too, unless they ask for " +
		"an order; before, the youngest",
		Version{16, 6}, first, "merge requests 135917, 136538 and, for 16.6, 136888", true},
	ScimIdentities: {"GET /user shows scim_identities",
		Version{16, 1}, first, "Users API page", true},
	SHA256Avatars: {"a user's avatar_url at Gravatar has the SHA-256 of the email address; before, the MD5",
		Version{17, 0}, first, "MD5 in answers recorded in 2023, SHA-256 in those from 17.11.7 on", false},
	PublicEmailOfUsers: {"users show public_email wherever they stand",
		Version{18, 0}, first, "answers recorded from 18.11.5, 19.0.2 and 19.1.1, not from 17.11.7", false},
	GitHubOfUsers: {"users show github; before, skype",
		Version{18, 0}, first, "answers recorded from 18.4-pre, 18.11.5, 19.0.2 and 19.1.1, otherwise from 17.11.7", false},
	PreferredLanguage: {"GET /user shows preferred_language",
		Version{18, 0}, first, "answers recorded from 18.11.5, 19.0.2 and 19.1.1, not from 17.11.7", false},
	TokenDescription: {"personal access tokens have a description",
		Version{17, 7}, first, "Personal access tokens API page", true},
	TokenLastUsedIPs: {"personal access tokens show last_used_ips",
		Version{18, 0}, first, "Personal access tokens API page", false},
	GranularShown: {"personal access tokens show granular",
		Version{18, 11}, first, "answers recorded from 18.11.5, 19.0.2 and 19.1.1, not from 17.11.7", false},
	GranularTokens: {"a personal access token with the scope granular may do what its permissions say",
		Version{19, 2}, first, "page on fine-grained permissions for the REST API; " +
			"app/services/authz/tokens/authorize_granular_scopes_service.rb", true},
	PlannerRole: {"min_access_level takes 15, the role Planner",
		Version{17, 7}, first, "Members API page: the role came with 17.7; lib/gitlab/access.rb", true},
	SecurityManagerRole: {"the role Security Manager lists runners and cancels jobs, and min_access_level takes 25",
		Version{19, 0}, first, "config/authz/roles/security_manager.yml", false},
	MembersThroughHiddenGroups: {"members/all tells members of a group or project of the members of private groups " +
		"that it is shared with; before, of those alone that they see",
		Version{17, 0}, first, "Members API page: the flag webui_members_inherited_users; " +
			"app/finders/members_finder.rb", true},
	BotsOutliveTokens: {"the bot of a project or group access token stays when that is revoked; before, it is deleted",
		Version{17, 10}, first, "app/services/resource_access_tokens/revoke_service.rb", false},
	TokenPermissionsHeld: {"who asks for an access token with more rights than the own, or rotates one, is told of " +
		"permissions; before, of the access level, and that a missing one is a missing one in a sentence",
		Version{18, 0}, first, "app/services/resource_access_tokens/create_service.rb of 17.x and of 18.x, " +
			"lib/api/resource_access_tokens.rb", false},
	RegistryImportOver: {"GET /application/settings shows the container_registry_import_ settings as 0 and as the empty " +
		"string, the time container_registry_import_created_before too; before, as numbers, a text and a time",
		Version{17, 0}, first, "lib/api/entities/application_setting.rb and its spec; go-gitlab issues 1938 and 1952", false},
	DefaultVisibilityUnrestricted: {"application settings that restrict a default visibility are refused",
		Version{16, 4}, first, "page on visibility and access controls: the flag prevent_visibility_restriction; " +
			"app/models/application_setting.rb", true},
	OwnTokenCreation: {"POST /user/personal_access_tokens",
		Version{16, 5}, first, "Users API page", true},
	TokenRotationExpiry: {"rotating an access token takes expires_at; before, the new one lives a week",
		Version{16, 6}, first, "Personal access tokens API page", true},
	TokenSelfRotation: {"POST /personal_access_tokens/self/rotate",
		Version{16, 10}, first, "Personal access tokens API page", true},
	ResourceTokenSelfRotation: {"an access token of a project or group rotates itself: POST access_tokens/self/rotate",
		Version{17, 9}, first, "merge request 178111; lib/api/resource_access_tokens/self_rotation.rb", false},
	TokenFamilyRevoked: {"a rotated token that is used to rotate has the tokens revoked that came of it",
		Version{16, 3}, first, "Personal access tokens API page; lib/gitlab/auth/auth_finders.rb, revoke_token_family", true},
	TokenExpiryFilters: {"lists of personal access tokens are narrowed by expires_before and expires_after",
		Version{17, 11}, first, "lib/api/helpers/personal_access_tokens_helpers.rb of about 17.11", false},
	ActivationByService: {"activating a user who is blocked is 403 with Error occurred. before the text, one who is " +
		"active true; before, 403 Forbidden - and false",
		Version{17, 0}, first, "lib/api/users.rb of 16.3 and of about 17.10; app/services/users/activate_service.rb", false},
}
