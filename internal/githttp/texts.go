package githttp

// What GitLab says (lib/gitlab/git_access.rb, lib/gitlab/git_access_project.rb).
const (
	msgProjectNotFound   = "The project you were looking for could not be found or you don't have permission to view it."
	msgNamespaceNotFound = "The namespace you were looking for could not be found."
	msgDownload          = "You are not allowed to download code from this project."
	msgAuthDownload      = "You are not allowed to download code."
	msgAuthUpload        = "You are not allowed to upload code."
	msgArchived          = "You can't push code to an archived project."
	msgCommand           = "The command you're trying to execute is not allowed."
	msgOverHTTP          = "Git access over HTTP is not allowed"
	msgfJobForbidden     = "Insufficient permissions to pull from the repository of project %s."
	msgfJobTokenRefused  = "Authentication by CI/CD job token not allowed from %s to %s."

	msgfRedirected   = `<html><body>You are being <a href="%s">redirected</a>.</body></html>`
	msgInternalError = "Internal Server Error\n" // by Workhorse
	msgTooLarge      = "Request Entity Too Large\n"
	msgUnavailable   = "The git server, Gitaly, is not available at this time. Please contact your administrator."
	msgfMergeRequest = "\nTo create a merge request for %s, visit:\n  %s\n\n"
	msgfMoved        = "\nProject '%s' was moved to '%s'.\n\nPlease update your Git remote:\n\n" +
		"  git remote set-url origin %s\n\n"
	msgfFirstBranch = "\nA default branch (e.g. main) does not yet exist for %s\n" +
		"Ask a project Owner or Maintainer to create a default branch:\n\n  %s\n\n"
	msgfGitLab = "GitLab: %s\n" // what a hook of GitLab's has refused a push with
)

// What git's receive-pack says of a ref that it does not move, beside what world says of it (builtin/receive-pack.c).
const (
	reasonHook        = "pre-receive hook declined"
	reasonHidden      = "deny updating a hidden ref"
	reasonUnpack      = "unpacker error"
	reasonAtomic      = "atomic push failure"
	reasonTransaction = "atomic transaction failed"
	msgDeletesNone    = "warning: deleting a non-existent ref\n"
	msgDeletesAny     = "warning: allowing deletion of corrupt ref\n"
	msgfFunny         = "error: refusing to create funny ref '%s' remotely\n"
	msgfError         = "error: %s\n"
	msgfFatal         = "fatal: %s\n"
	msgFsck           = "fsck error in packed object"
	msgExit           = " abnormal exit"
)
