package graphql

// What GitLab's types have and this package has not, so that whoever asks for it learns that the document is right and
// this GitLab is not the real one.

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
)

// RootFields are the fields of queries and mutations, in any version. The list is not to be changed.
func RootFields() []string { return rootFields() }

var rootFields = sync.OnceValue(func() []string {
	all := allRows()
	names := slices.Collect(maps.Keys(all[typeQuery]))
	names = slices.AppendSeq(names, maps.Keys(all[typeMutation]))
	slices.Sort(names)
	return names
})

// elsewhere tells of a field that a type of the version's schema has not. later says from when on GitLab has it, or
// until when it had it; has is whether GitLab has it and this package has not.
func elsewhere(v gitlabversion.Version, typeName, field string) (later string, has bool) {
	if row, bound := boundFields()[typeName+"."+field]; bound {
		return v.Lacks("the field "+typeName+"."+field, row), false
	}
	return "", slices.Contains(strings.Fields(unserved[typeName]), field)
}

// argumentElsewhere says of an argument that the version has not from when on GitLab has it, or until when it had it;
// "" where no version has it, as far as is known.
func argumentElsewhere(v gitlabversion.Version, u graphqlruby.UnknownField) string {
	member, what := u.Type+"."+u.Argument, "the argument "+u.Argument+" of "+u.Type
	if u.Field != "" {
		member, what = u.Type+"."+u.Field+"."+u.Argument, what+"."+u.Field
	}
	if row, bound := boundFields()[member]; bound {
		return v.Lacks(what, row)
	}
	return ""
}

// boundFields are the fields that not every version has, with the difference that each hangs on. An argument is
// "Type.field.argument", and one of an input type a field of that.
var boundFields = sync.OnceValue(func() map[string]gitlabversion.Difference {
	bound := map[string]gitlabversion.Difference{}
	for _, block := range schemaBlocks() {
		head := definition.FindStringSubmatch(block[0])
		if head == nil {
			continue // a scalar
		}
		typeName, member := head[2], ""
		for _, line := range block[1:] {
			indent := len(line) - len(strings.TrimLeft(line, " "))
			if name := memberName(line); name != "" && indent == len("  ") {
				member = name
			}
			m := versionDirective.FindStringSubmatch(line)
			switch {
			case m == nil || m[1] != "since":
			case indent == len("  "):
				bound[typeName+"."+member] = rowNames[m[2]]
			default: // of an argument
				bound[typeName+"."+member+"."+memberName(line)] = rowNames[m[2]]
			}
		}
	}
	return bound
})

// unserved are the fields of GitLab's types that are not served, in the newest version that was looked at
// (doc/api/graphql/reference and app/graphql/types).
var unserved = map[string]string{
	"Query": `abuseReport abuseReportLabels accessTokenPermissions addOnPurchase addOnPurchases adminGroups
		adminMemberRole adminMemberRolePermissions adminMemberRoles adminProjects aiCatalogItem aiCatalogItems
		aiChatContextPresets aiConversationThreads aiFeatureSettings aiMessages aiSelfHostedModels aiSlashCommands
		auditEventDefinitions auditEventsInstanceAmazonS3Configurations auditEventsInstanceStreamingDestinations
		blobSearch boardList ciApplicationSettings ciCatalogResource ciCatalogResources ciConfig
		ciDedicatedHostedRunnerFilters ciDedicatedHostedRunnerUsage ciMinutesUsage ciPipelineStage ciQueueingHistory
		ciVariables cloudConnectorStatus complianceRequirementControls containerRepository currentLicense customField
		dependency designManagement devopsAdoptionEnabledNamespaces duoSettings duoWorkflowEvents
		duoWorkflowWorkflows epicBoardList featureFlagEnabled frecentGroups frecentProjects geoNode gitpodEnabled
		groups instanceExternalAuditEventDestinations instanceGoogleCloudLoggingConfigurations
		instanceSecurityDashboard integrationExclusions issue issues iteration ldapAdminRoleLinks
		licenseHistoryEntries memberRole memberRolePermissions memberRoles mergeRequest milestone mlExperiment mlModel
		namespace note organization organizations package projectComplianceViolation projectSecret projectSecrets
		projectSecretsManager runnerPlatforms runnerSetup runnerUsage runnerUsageByProject
		selfManagedAddOnEligibleUsers selfManagedUsersQueuedForRolePromotion snippets standardRole standardRoles
		subscriptionFutureEntries syntheticNote timelogs todo topics usageTrendsMeasurements user users
		vulnerabilities vulnerabilitiesCountByDay vulnerability wikiPage workItem workItemAllowedStatuses
		workItemDescriptionTemplateContent workItemsByReference workspace workspaces`,
	"Mutation": `artifactDestroy bulkDestroyJobArtifacts catalogResourcesCreate catalogResourcesDestroy
		ciCdSettingsUpdate ciJobTokenScopeUpdatePolicies ciLint clusterAgentDelete clusterAgentTokenCreate
		clusterAgentTokenRevoke commitCreate createAlertIssue createAnnotation createBoard createBranch
		createClusterAgent createIssue createNote createSnippet deleteAnnotation destroyBoard destroyNote
		destroyPackage destroySnippet discussionToggleResolve groupMemberBulkUpdate groupUpdate issueMove
		issueSetAssignees issueSetConfidential issueSetDueDate issueSetLocked issueSetSubscription jobArtifactsDestroy
		labelCreate labelUpdate markAsSpamSnippet mergeRequestAccept mergeRequestCreate mergeRequestSetAssignees
		mergeRequestSetDraft mergeRequestSetLabels mergeRequestSetLocked mergeRequestSetMilestone
		mergeRequestSetReviewers mergeRequestSetSubscription mergeRequestUpdate namespaceCiCdSettingsUpdate
		namespaceSettingsUpdate organizationCreate organizationUpdate personalAccessTokenCreate
		personalAccessTokenRevoke personalAccessTokenRotate projectMemberBulkUpdate projectSettingsUpdate
		projectSyncFork releaseAssetLinkCreate releaseAssetLinkDelete releaseAssetLinkUpdate releaseCreate
		releaseDelete releaseUpdate runnerCacheClear runnersExportUsage safeDisablePipelineVariables starProject
		tagCreate tagDelete terraformStateDelete terraformStateLock terraformStateUnlock timelogCreate timelogDelete
		todoCreate todoMarkDone todoRestore todosMarkAllDone updateBoard updateIssue updateNote updateSnippet
		uploadDelete userCalloutCreate userPreferencesUpdate workItemCreate workItemDelete workItemUpdate`,
	"CiRunner":              `privateProjectsMinutesCostFactor publicProjectsMinutesCostFactor upgradeStatus`,
	"CiRunnerManager":       `upgradeStatus`,
	"CiRunnerConnection":    `jobsStatistics`,
	"PipelineCreatePayload": `requestId`,
	"Metadata":              `featureFlags`,
	"Kas":                   `externalK8sProxyUrl`,
	"CiJob":                 `aiFailureAnalysis exitCode expandedEnvironmentName inputs inputsSpec runnerManagers`,
	"CiJobInterface":        `exitCode`,
	"Pipeline": `codeQualityReportSummary codeQualityReports computeMinutes configSource dastProfile
		enabledPartialSecurityScans enabledSecurityScans endpoint errorMessages failedJobsCount mergeRequest
		mergeRequestEventType securityReportFinding securityReportFindings
		securityReportSummary troubleshootJobWithAi warningMessages`,
	"Commit": `author authorGravatar descriptionHtml diffs fullTitleHtml pipelines signature signatureHtml
		titleHtml`,
	"ProjectCiCdSetting": `crossProjectPushForJobTokenAllowed displayPipelineVariables maxPipelinesPerMergeTrain
		mergeTrainEnforcement mergeTrainsSkipTrainAllowed pipelineVariablesMinimumOverrideRole
		resourceGroupDefaultProcessMode skipBranchPipelinesForMrs`,
	"CiJobTokenScopeType":                     `groupAllowlistAutopopulatedIds inboundAllowlistAutopopulatedIds`,
	"CiJobTokenScopeAddGroupOrProjectPayload": `ciJobTokenScopeAllowlistEntry`,
	"CiJobTokenScopeAddProjectPayload":        `ciJobTokenScopeAllowlistEntry`,
	"CiJobTokenScopeRemoveGroupPayload":       `ciJobTokenScopeAllowlistEntry`,
	"CiJobTokenScopeRemoveProjectPayload":     `ciJobTokenScopeAllowlistEntry`,
	"CiJobArtifact":                           `expired id`,
	"PipelineManualVariable":                  `id`,
	"StatusAction":                            `confirmationMessage`,
	"Deployment":                              `approvals approvalSummary refPath tags webPath`,
	"Environment": `clusterAgent deployFreezes deploymentsDisplayCount descriptionHtml
		latestOpenedMostSevereAlert protectedEnvironments`,
	"JobPermissions": `eraseBuild keepJobArtifacts playJob readBuildMetadata readManualVariables
		retryJob`,
	"Project": unservedOfProject,
	"ProjectInterface": `allowMergeOnSkippedPipeline autocloseReferencedIssues avatarUrl ciConfigPathOrDefault
		containerRegistryEnabled containerRepositoriesCount descriptionHtml exploreCatalogPath forksCount
		importStatus isCatalogResource isForked issuesEnabled jobs jobsEnabled lfsEnabled markedForDeletion
		markedForDeletionOn mergeCommitTemplate mergeRequestsEnabled openIssuesCount openMergeRequestsCount
		organizationEditPath pagesForceHttps permanentDeletionDate pipeline protectableBranches removeSourceBranchAfterMerge
		repository requestAccessEnabled serviceDeskAddress serviceDeskEnabled snippetsEnabled starCount wikiEnabled`,
	"Group":       unservedOfGroup,
	"UserCore":    unservedOfUsers,
	"CurrentUser": unservedOfUsers + unservedOfCurrentUser,
}

const (
	unservedOfProject = `actualRepositorySizeLimit agentConfigurations aiMetrics alertManagementAlert
		alertManagementAlerts alertManagementAlertStatusCounts alertManagementHttpIntegrations
		alertManagementIntegrations allowedCustomStatuses allowMergeOnSkippedPipeline
		allowsMultipleMergeRequestAssignees allowsMultipleMergeRequestReviewers approvalPolicies
		autocloseReferencedIssues autocompleteUsers availableDeployKeys avatarUrl board boards branchRules
		ciAccessAuthorizedAgents ciConfigPathOrDefault ciConfigVariables ciJobTokenAuthLogs
		ciJobTokenScopeAllowlist ciPipelineCreationRequest ciTemplate ciVariables clusterAgent
		clusterAgents codeCoverageSummary commitReferences complianceFrameworks componentUsages
		containerExpirationPolicy containerProtectionRepositoryRules containerProtectionTagRules
		containerRegistryEnabled containerRepositories containerRepositoriesCount containerTagsExpirationPolicy
		dastProfile dastProfiles dataTransfer dependencies descriptionHtml detailedImportStatus dora
		editPath escalationPolicies escalationPolicy exploreCatalogPath flowMetrics
		forkDetails forkingAccessLevel forkTargets grafanaIntegration importStatus incidentManagementOncallSchedules
		incidentManagementTimelineEvent incidentManagementTimelineEvents incidentManagementTimelineEventTags
		inheritedCiVariables isCatalogResource isForked issue issues issuesAccessLevel issuesEnabled
		issueStatusCounts iterationCadences iterations jiraImports jiraImportStatus jobAnalytics jobsEnabled label
		labels languages lfsEnabled markedForDeletion markedForDeletionOn maxAccessLevel mergeCommitTemplate
		mergeRequest mergeRequests mergeRequestsAccessLevel mergeRequestsEnabled mergeRequestsFfOnlyEnabled
		mergeTrains milestones mlExperiments mlModels namespace nestedEnvironments
		onlyAllowMergeIfAllDiscussionsAreResolved onlyAllowMergeIfPipelineSucceeds openIssuesCount
		openMergeRequestsCount organizationEditPath packages packagesCleanupPolicy packagesProtectionRules
		pagesDeployments pagesForceHttps pagesUseUniqueDomain pathLocks permanentDeletionDate pipelineAnalytics
		pipelineCounts pipelineExecutionPolicies pipelineScheduleStatusCounts
		printingMergeRequestLinkEnabled projectMembers projectPlanLimits protectableBranches pushRules
		recentIssueBoards release releases removeSourceBranchAfterMerge repository repositorySizeExcess
		requestAccessEnabled requirement requirements requirementStatesCount runnerCloudProvisioning
		sastCiConfiguration savedReplies savedReply scanExecutionPolicies scanResultPolicies
		secretPushProtectionEnabled securityDashboardPath securityPolicyProject securityScanners sentryDetailedError
		sentryErrors serviceDeskAddress serviceDeskEnabled services snippets snippetsEnabled squashCommitTemplate
		squashReadOnly statistics statisticsDetailsPaths suggestionCommitMessage targetBranchRules terraformState
		terraformStates timelogCategories timelogs userAccessAuthorizedAgents valueStreamAnalytics valueStreams
		visibleForks vulnerabilities vulnerabilitiesCountByDay vulnerabilityScanners vulnerabilitySeveritiesCount
		webPath wikiEnabled workItem workItems workItemStateCounts workItemTypes`
	unservedOfGroup = `achievements achievementsPath actualRepositorySizeLimit aiMetrics allowedCustomStatuses
		allowStaleRunnerPruning archived autocompleteUsers autoDevopsEnabled avatarUrl billableMembersCount board
		boards ciCdSettings ciCrossReferences ciVariables clusterAgents complianceFrameworks contacts
		contactStateCounts containerRepositories containerRepositoriesCount crossProjectPipelineAvailable
		customEmoji dataTransfer dependencyProxyBlobCount dependencyProxyBlobs dependencyProxyImageCount
		dependencyProxyImagePrefix dependencyProxyImageTtlPolicy dependencyProxyManifests dependencyProxySetting
		dependencyProxyTotalSize dependencyProxyTotalSizeBytes dependencyProxyTotalSizeInBytes descendantGroups
		descendantGroupsCount descriptionHtml dora editPath emailsDisabled emailsEnabled environmentScopes epic
		epicBoard epicBoards epics epicsEnabled flowMetrics groupMembers groupMembersCount importSourceUsers
		isLinkedToSubscription issues iterationCadences iterations label labels lfsEnabled
		lockMathRenderingLimitsEnabled markedForDeletionOn mathRenderingLimitsEnabled maxAccessLevel
		mentionsDisabled mergeRequests milestones organizationEditPath organizations organizationStateCounts
		packages packageSettings pagesDeployments permanentDeletionDate pipelineAnalytics pipelineExecutionPolicies
		plan projectCreationLevel projectsCount recentIssueBoards releases requestAccessEnabled
		requireTwoFactorAuthentication rootStorageStatistics scanExecutionPolicies sharedRunnersSetting
		shareWithGroupLock sidebar stats storageSizeLimit subgroupCreationLevel timelogCategories timelogs
		totalRepositorySize twoFactorGracePeriod updatedAt valueStreamAnalytics valueStreams vulnerabilities
		vulnerabilitySeveritiesCount webPath workItem workItemDescriptionTemplates workItems workItemStateCounts
		workItemTypes`
	unservedOfUsers = `assignedMergeRequests authoredMergeRequests bio callouts commitEmail contributedProjects
		discord email emails github gitpodEnabled groupCallouts groupCount groupMemberships groups ide jobTitle
		lastActivityOn linkedin location namespace namespaceCommitEmails organization organizations
		personalAccessTokens preferencesGitpodPath profileEnableGitpodPath projectCount projectMemberships pronouns
		reviewRequestedMergeRequests savedReplies savedReply snippets starredProjects status timelogs todos twitter
		type userAchievements userPermissions userPreferences`
	unservedOfCurrentUser = ` assigneeOrReviewerMergeRequests codeSuggestionsContexts duoChatAvailable
		duoChatAvailableFeatures duoCodeSuggestionsAvailable recentlyViewedIssues recentlyViewedItems
		recentlyViewedMergeRequests workItemPreferences workItems workspaces`
)
