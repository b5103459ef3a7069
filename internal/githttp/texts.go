package githttp

import "github.com/fakegitlab/fakegitlab/internal/policy"

// What GitLab says (lib/gitlab/git_access.rb, lib/gitlab/git_access_project.rb).
const (
	msgProjectNotFound   = "The project you were looking for could not be found or you don't have permission to view it."
	msgNamespaceNotFound = "The namespace you were looking for could not be found."
	msgDownload          = "You are not allowed to download code from this project."
	msgPushCode          = "You are not allowed to push code to this project."
	msgAuthDownload      = "You are not allowed to download code."
	msgAuthUpload        = "You are not allowed to upload code."
	msgUpload            = "You are not allowed to upload code for this project."
	msgArchived          = "You can't push code to an archived project."
	msgCommand           = "The command you're trying to execute is not allowed."
	msgOverHTTP          = "Git access over HTTP is not allowed"
	msgfJobForbidden     = "Insufficient permissions to pull from the repository of project %s."
	msgfJobTokenRefused  = "Authentication by CI/CD job token not allowed from %s to %s."

	msgfRedirected   = `<html><body>You are being <a href="%s">redirected</a>.</body></html>`
	msgInternalError = "Internal Server Error\n" // by Workhorse
	msgUnavailable   = "The git server, Gitaly, is not available at this time. Please contact your administrator."
	msgfMergeRequest = "\nTo create a merge request for %s, visit:\n  %s\n\n"
	msgfMoved        = "\nProject '%s' was moved to '%s'.\n\nPlease update your Git remote:\n\n  git remote set-url origin %s\n\n"
	msgfFirstBranch  = "\nA default branch (e.g. main) does not yet exist for %s\n" +
		"Ask a project Owner or Maintainer to create a default branch:\n\n  %s\n\n"
	msgfGitLab = "GitLab: %s\n" // what a hook of GitLab's has refused a push with
)

// refusals are what GitLab says of a ref that may not be moved (lib/gitlab/checks/branch_check.rb, tag_check.rb).
var refusals = map[policy.Rule]string{
	policy.ByRefRole:          msgPushCode,
	policy.DefaultBranchStays: "The default branch of a project cannot be deleted.",
	policy.ProtectedNotForced: "You are not allowed to force push code to a protected branch on this project.",
	policy.ProtectedPush:      "You are not allowed to push code to protected branches on this project.",
	policy.ProtectedMade:      "You are not allowed to create protected branches on this project.",
	policy.ProtectedMadeOfCommit: "You can only use an existing protected branch ref as the basis of a new protected " +
		"branch.",
	policy.ProtectedMadeOnPages: "You can only create protected branches using the web interface and API.",
	policy.ProtectedGone: "You are not allowed to delete protected branches from this project. Only a project " +
		"maintainer or owner can delete a protected branch.",
	policy.ProtectedGoneOnPages: "You can only delete protected branches using the web interface.",
	policy.BranchLikeCommit:     "You cannot create a branch with a 40-character hexadecimal branch name.",
	policy.TagLikeCommit:        "You cannot create a tag with a SHA-1 or SHA-256 tag name.",
	policy.TagLikeDefaultBranch: "You cannot use default branch name to create a tag",
	policy.ProtectedTagChanged:  "Protected tags cannot be updated.",
	policy.ProtectedTagGone: "You are not allowed to delete protected tags from this project. Only a project maintainer " +
		"or owner can delete a protected tag.",
	policy.ProtectedTagGoneOnPage: "You can only delete protected tags using the web interface.",
	policy.ProtectedTagMade:       "You are not allowed to create this tag as it is protected.",
}

// What git's receive-pack says of a ref that it does not move (builtin/receive-pack.c).
const (
	reasonHook      = "pre-receive hook declined"
	reasonHidden    = "deny updating a hidden ref"
	reasonMissing   = "missing necessary objects"
	reasonUnpack    = "unpacker error"
	reasonStale     = "failed to update ref"
	reasonAtomic    = "atomic push failure"
	reasonName      = "funny refname"
	msgfStale       = "error: cannot lock ref '%s': is at %s but expected %s\n"
	msgfStaleNew    = "error: cannot lock ref '%s': reference already exists\n"
	msgfStaleNone   = "error: cannot lock ref '%s': unable to resolve reference '%s'\n"
	msgDeletesNone  = "warning: deleting a non-existent ref.\n"
	msgfUnpackError = "error: %s\n"
)
