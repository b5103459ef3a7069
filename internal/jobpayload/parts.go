package jobpayload

import (
	"cmp"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// ciJobUser is the username that a job token is a password of.
const ciJobUser = "gitlab-ci-token"

// buildInputs are the inputs of the job, whose values are JSON.
func buildInputs(inputs ci.JobInputs) []payloadInput {
	list := make([]payloadInput, 0, len(inputs))
	for _, in := range inputs {
		list = append(list, payloadInput{in.Name, payloadInputValue{Content: in.Value, Type: cmp.Or(in.Type, "string")}})
	}
	return list
}

// buildSteps are the scripts that the runner runs one after the other: before_script and script as one, the release,
// and after_script (lib/gitlab/ci/build/step.rb). timeout is in seconds.
func buildSteps(spec ci.JobSpec, timeout int) []payloadStep {
	script := append(slices.Clone(spec.BeforeScript), spec.Script...)
	if script == nil {
		script = []string{}
	}
	steps := []payloadStep{{Name: "script", Script: script, Timeout: timeout, When: "on_success"}}
	if spec.Release != nil {
		script := []string{releaseCommand(*spec.Release)}
		steps = append(steps, payloadStep{Name: "release", Script: script, Timeout: timeout, When: "on_success"})
	}
	if spec.AfterScript != nil {
		after := payloadStep{Name: "after_script", Script: spec.AfterScript, Timeout: timeout, When: "always"}
		after.AllowFailure = true
		steps = append(steps, after)
	}
	return steps
}

// releaseCommand is the shell command that publishes the release with GitLab's release-cli
// (lib/gitlab/ci/build/releaser.rb).
func releaseCommand(r ci.Release) string {
	var command strings.Builder
	command.WriteString("release-cli create")
	flag := func(name, value string) {
		if value != "" {
			command.WriteString(" --" + name + ` "` + value + `"`)
		}
	}
	flag("name", r.Name)
	flag("description", r.Description)
	flag("tag-name", r.TagName)
	flag("tag-message", r.TagMessage)
	flag("ref", r.Ref)
	flag("released-at", r.ReleasedAt)
	for _, milestone := range r.Milestones {
		flag("milestone", milestone)
	}
	for _, link := range r.Assets.Links {
		text, err := json.Marshal(link)
		if err == nil { // a struct of strings always marshals
			command.WriteString(" --assets-link " + strconv.Quote(string(text)))
		}
	}
	return command.String()
}

// buildPorts are the ports of an image or service.
func buildPorts(ports []ci.Port) []payloadPort {
	list := make([]payloadPort, 0, len(ports))
	for _, port := range ports {
		list = append(list, payloadPort{port.Number, cmp.Or(port.Protocol, "http"), cmp.Or(port.Name, "default_port")})
	}
	return list
}

// buildImage is the image that the job runs in.
func buildImage(image ci.Image) payloadImage {
	return payloadImage{
		Name:         image.Name,
		Entrypoint:   image.Entrypoint,
		Ports:        buildPorts(image.Ports),
		ExecutorOpts: image.ExecutorOpts,
		PullPolicy:   image.PullPolicy,
	}
}

// buildServices are the services beside the job; one without an image is left out.
func buildServices(services []ci.Service) []payloadService {
	list := make([]payloadService, 0, len(services))
	for _, s := range services {
		if s.Name == "" {
			continue // as GitLab does
		}
		image := buildImage(ci.Image{
			Name: s.Name, Entrypoint: s.Entrypoint, Ports: s.Ports, ExecutorOpts: s.ExecutorOpts, PullPolicy: s.PullPolicy,
		})
		service := payloadService{payloadImage: image, Command: s.Command, Variables: []payloadKeyValue{}}
		if s.Alias != "" {
			service.Alias = &s.Alias
		}
		for _, v := range s.Variables {
			service.Variables = append(service.Variables, payloadKeyValue{v.Key, v.Value})
		}
		list = append(list, service)
	}
	return list
}

// buildArtifacts are what to upload: the archive, if the job names anything for it, and each report. Without the
// keyword artifacts it is nil, which is null.
func buildArtifacts(a *ci.JobArtifacts) []payloadArtifact {
	if a == nil {
		return nil
	}
	kinds := world.ArtifactKinds()
	list := []payloadArtifact{}
	if a.Paths != nil || a.Untracked != nil && *a.Untracked {
		list = append(list, payloadArtifact{
			Name:      nullable(a.Name),
			Untracked: a.Untracked,
			Paths:     a.Paths,
			Exclude:   a.Exclude,
			When:      nullable(a.When),
			ExpireIn:  nullable(a.ExpireIn),
			Type:      world.Archive,
			Format:    kinds[world.Archive].Format,
		})
	}
	for _, kind := range slices.Sorted(maps.Keys(a.Reports)) {
		report := a.Reports[kind]
		if kind == "coverage_report" {
			kind = report.CoverageFormat
		}
		list = append(list, payloadArtifact{
			Name:     nullable(kinds[kind].Filename),
			Paths:    report.Paths,
			When:     "always",
			ExpireIn: nullable(a.ExpireIn),
			Type:     kind,
			Format:   kinds[kind].Format,
		})
	}
	return list
}

// buildCache are the caches. By the end of their keys those of protected refs, which a Developer cannot write to, are
// kept apart from the others, unless the project wants them together.
func buildCache(in Input) []payloadCache {
	caches, protected := in.Job.Spec.Cache, in.UserIsMaintainer && in.Rules.CachesByRole || in.Job.Protected
	list := make([]payloadCache, 0, len(caches))
	for i, c := range caches {
		suffix := "-non_protected"
		switch {
		case !in.Project.SeparatesCaches():
			suffix = ""
		case protected && !c.Unprotect:
			suffix = "-protected"
		}
		fallback := make([]string, 0, len(c.FallbackKeys))
		for _, key := range c.FallbackKeys {
			fallback = append(fallback, key+suffix)
		}
		list = append(list, payloadCache{
			Key:          cacheKey(in, c.Key, i) + suffix,
			Untracked:    c.Untracked,
			Paths:        c.Paths,
			Policy:       cmp.Or(c.Policy, "pull-push"),
			When:         cmp.Or(c.When, "on_success"),
			FallbackKeys: fallback,
		})
	}
	return list
}

// cacheKey is a cache's key as a text. One of files ends with a hash, which is "default" if there are no such files,
// and begins with the key's prefix or else with the cache's place in the list and the names of the files
// (lib/gitlab/ci/build/cache.rb, lib/gitlab/ci/pipeline/seed/build/cache.rb).
func cacheKey(in Input, key ci.CacheKey, index int) string {
	if !key.OfFiles() {
		return cmp.Or(key.Key, "default")
	}
	prefix := strconv.Itoa(index)
	names := make([]string, len(key.Files))
	for i, file := range key.Files {
		names[i], _, _ = strings.Cut(file, ".")
	}
	if len(names) > 0 {
		prefix += "_" + strings.Join(names, "_")
	}
	return cmp.Or(key.Prefix, prefix) + "-" + cmp.Or(filesHash(in, key), "default")
}

// filesHash is the hash of the files of a cache's key, as the job's commit has them; empty if there are none.
func filesHash(in Input, key ci.CacheKey) string {
	r, sha := in.Project.Repository, in.Job.Commit.SHA
	if r == nil || r.Empty() {
		return ""
	}
	c := r.Commit(sha)
	if c == nil {
		return ""
	}
	byContent := key.Files != nil && in.Rules.CacheKeysByContent
	files := slices.Concat(key.Files, key.FilesCommits)
	if byContent {
		files = withoutStars(files, func() []string { return r.Paths(sha) })
	}
	var hashes []string
	for _, file := range files {
		file = strings.TrimLeft(file, "/")
		if byContent {
			if f, ok := r.FileAt(c.Tree, file); ok {
				hashes = append(hashes, f.ID)
			}
		} else if last := r.LastCommitFor(sha, file); last != nil {
			hashes = append(hashes, last.ID)
		}
	}
	if hashes == nil {
		return ""
	}
	slices.Sort(hashes)
	return fmt.Sprintf("%x", sha1.Sum([]byte(strings.Join(slices.Compact(hashes), "-"))))
}

// withoutStars are files with those that a pattern means in its place (seed/build/cache.rb, expand_file_patterns).
func withoutStars(files []string, paths func() []string) (expanded []string) {
	for _, file := range files {
		if strings.Contains(file, "*") {
			expanded = append(expanded, ci.Matching(paths(), file)...)
		} else {
			expanded = append(expanded, file)
		}
	}
	return expanded
}

// buildDependencies are the jobs whose artifacts are to be fetched, each with the token of the job that fetches them.
func buildDependencies(in Input) []payloadDependency {
	list := make([]payloadDependency, 0, len(in.Dependencies))
	for _, job := range in.Dependencies {
		dependency := payloadDependency{ID: job.ID, Name: job.Name, Token: in.Job.Token}
		if job.ArtifactsFilename != "" {
			dependency.ArtifactsFile = &ArtifactsFile{job.ArtifactsFilename, job.ArtifactsSize}
		}
		list = append(list, dependency)
	}
	return list
}

// hasFallbackKeys reports whether a cache has any.
func hasFallbackKeys(c ci.Cache) bool { return len(c.FallbackKeys) > 0 }

// UnsupportedFeatures are the features that a job needs of a runner and that are not true in features, which is what
// the runner sent as info.features; inputs is whether jobs have inputs. If there is any, GitLab fails the job with
// runner_unsupported (app/models/ci/build.rb, RUNNER_FEATURES).
func UnsupportedFeatures(spec ci.JobSpec, refIsMergeRequest, inputs bool, features map[string]bool) []string {
	artifacts := spec.Artifacts != nil
	needed := []struct {
		feature string
		needed  bool
	}{
		{"upload_multiple_artifacts", artifacts && len(spec.Artifacts.Reports) > 0},
		{"refspecs", refIsMergeRequest},
		{"artifacts_exclude", artifacts && len(spec.Artifacts.Exclude) > 0},
		{"multi_build_steps", spec.Release != nil},
		{"return_exit_code", len(spec.AllowFailure.ExitCodes) > 0 || len(spec.Retry.ExitCodes) > 0},
		{"fallback_cache_keys", slices.ContainsFunc(spec.Cache, hasFallbackKeys)},
		{"job_inputs", inputs && len(spec.Inputs) > 0},
	}
	var missing []string
	for _, each := range needed {
		if each.needed && !features[each.feature] {
			missing = append(missing, each.feature)
		}
	}
	return missing
}
