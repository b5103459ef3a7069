package graphql

// The schema of one version. The files in schema/ are GraphQL but for four things, each on a line of its own:
//
//	name: Type @since(row: "X")        only in versions that have the difference X of internal/gitlabversion
//	name: Type @until(row: "X")        only in versions that have it not
//	name: Type @experiment(milestone: "17.0")   deprecated, with GitLab's words for what is an experiment
//	fragment NAME { ... }  ...NAME     members or arguments that stand in several places
//
// A member whose arguments are on lines of their own has its directives behind the closing parenthesis.

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
)

//go:embed schema/*.graphql
var sources embed.FS

// schemas are those that have been wanted, by version: func() *graphqlruby.Schema. One schema serves all GitLabs of a
// version in the process, as it never changes.
var schemas sync.Map

// schemaOf is the schema of a version. The first to want it waits until it is loaded.
func schemaOf(v gitlabversion.Version) *graphqlruby.Schema {
	load, _ := schemas.LoadOrStore(v, sync.OnceValue(func() *graphqlruby.Schema {
		text, has := schemaText(v)
		return graphqlruby.Load(text, bindings(has))
	}))
	return load.(func() *graphqlruby.Schema)()
}

// rowNames are the differences that the files in schema/ name.
var rowNames = map[string]gitlabversion.Difference{
	"CountLimit":                 gitlabversion.CountLimit,
	"EnvironmentAutoStopSetting": gitlabversion.EnvironmentAutoStopSetting,
	"EnvironmentDescription":     gitlabversion.EnvironmentDescription,
	"EnvironmentFlux":            gitlabversion.EnvironmentFlux,
	"EnvironmentNamespace":       gitlabversion.EnvironmentNamespace,
	"GroupRunnersSetting":        gitlabversion.GroupRunnersSetting,
	"JobCountByStatus":           gitlabversion.JobCountByStatus,
	"JobTokenAccessible":         gitlabversion.JobTokenAccessible,
	"JobTokenPushSetting":        gitlabversion.JobTokenPushSetting,
	"JobTokenScopeGroups":        gitlabversion.JobTokenScopeGroups,
	"PipelineSchedulesSorted":    gitlabversion.PipelineSchedulesSorted,
	"PipelineShowsSchedule":      gitlabversion.PipelineShowsSchedule,
	"ScheduleInputs":             gitlabversion.ScheduleInputs,
	"TriggerExpiry":              gitlabversion.TriggerExpiry,
	"TriggersInGraphQL":          gitlabversion.TriggersInGraphQL,
	"JobInputsOverridden":        gitlabversion.JobInputsOverridden,
	"JobInterface":               gitlabversion.JobInterface,
	"ManagersShowExecution":      gitlabversion.ManagersShowExecution,
	"PipelineInputs":             gitlabversion.PipelineInputs,
	"ProjectJobsByName":          gitlabversion.ProjectJobsByName,
	"RunnerAssignMutations":      gitlabversion.RunnerAssignMutations,
	"RunnerBulkPause":            gitlabversion.RunnerBulkPause,
	"RunnerCreationMethod":       gitlabversion.RunnerCreationMethod,
	"RunnerCreationState":        gitlabversion.RunnerCreationState,
	"RunnerShowsMachine":         gitlabversion.RunnerShowsMachine,
	"RunnersByCreatorName":       gitlabversion.RunnersByCreatorName,
	"RunnersByOwner":             gitlabversion.RunnersByOwner,
	"RunnersByVersionPrefix":     gitlabversion.RunnersByVersionPrefix,
	"RunnersOfCurrentUser":       gitlabversion.RunnersOfCurrentUser,
	"StatusNames":                gitlabversion.StatusNames,
}

var (
	versionDirective = regexp.MustCompile(` @(since|until)\(row: "(\w+)"\)`)
	experiment       = regexp.MustCompile(`@experiment\(milestone: "([\d.]+)"\)`)
	definition       = regexp.MustCompile(`^(type|input|enum|interface|fragment) (\w+)(?: implements (\w+))?`)
)

// experimentally is GitLab's reason for the deprecation of what is an experiment
// (lib/gitlab/graphql/deprecations/deprecation.rb).
const experimentally = `@deprecated(reason: "**Status**: Experiment. Introduced in GitLab $1.")`

// schemaText is the schema of a version as plain GraphQL; has tells which members its types have, as "CiRunner.jobs".
func schemaText(v gitlabversion.Version) (text string, has map[string]bool) {
	w := schemaWriter{version: v, has: map[string]bool{}, cut: map[string]bool{}}
	for _, block := range schemaBlocks() {
		w.define(block)
	}
	text = w.text.String()
	for interfaceName := range w.cut {
		text = strings.ReplaceAll(text, " implements "+interfaceName+" ", " ")
	}
	return text, w.has
}

// schemaBlocks are the definitions of all files, line by line, without comments, with the fragments put in.
func schemaBlocks() [][]string {
	var blocks [][]string
	fragments := map[string][]string{}
	files, _ := fs.Glob(sources, "schema/*.graphql") // the pattern is right
	for _, name := range files {
		source, _ := fs.ReadFile(sources, name) // it is there
		var block []string
		for line := range strings.Lines(string(source)) {
			line = strings.TrimRight(line, "\n")
			if strings.HasPrefix(strings.TrimSpace(line), "#") || line == "" {
				continue
			}
			block = append(block, line)
			if line != "}" && !strings.HasPrefix(line, "scalar ") && !strings.HasPrefix(line, "union ") {
				continue
			}
			if m := definition.FindStringSubmatch(block[0]); m != nil && m[1] == "fragment" {
				fragments[m[2]] = block[1 : len(block)-1]
			} else {
				blocks = append(blocks, block)
			}
			block = nil
		}
	}
	for i, block := range blocks {
		blocks[i] = withFragments(block, fragments)
	}
	return blocks
}

func withFragments(block []string, fragments map[string][]string) []string {
	var whole []string
	for _, line := range block {
		if name, names := strings.CutPrefix(strings.TrimSpace(line), "..."); names {
			whole = append(whole, fragments[name]...)
		} else {
			whole = append(whole, line)
		}
	}
	return whole
}

// schemaWriter collects what one version has.
type schemaWriter struct {
	version gitlabversion.Version
	text    strings.Builder
	has     map[string]bool
	cut     map[string]bool // types that the version has not
}

// wants reports whether the version has what a line is about, and is the line without what only schema.go knows.
func (w *schemaWriter) wants(line string) (plain string, wanted bool) {
	if strings.IndexByte(line, '@') < 0 {
		return line, true // most lines; the expressions below would take long for all of them
	}
	wanted = true
	for _, m := range versionDirective.FindAllStringSubmatch(line, -1) {
		row, known := rowNames[m[2]]
		if !known {
			panic(fmt.Sprintf("graphql: the schema names the difference %q, which rowNames has not", m[2]))
		}
		wanted = wanted && w.version.Has(row) == (m[1] == "since")
	}
	plain = experiment.ReplaceAllString(versionDirective.ReplaceAllString(line, ""), experimentally)
	return plain, wanted
}

// define adds one definition, if the version has it.
func (w *schemaWriter) define(block []string) {
	head, wanted := w.wants(block[0])
	m := definition.FindStringSubmatch(head)
	if !wanted {
		if m != nil { // a scalar is no interface
			w.cut[m[2]] = true
		}
		return
	}
	w.text.WriteString(head + "\n")
	for i := 1; i < len(block); i++ {
		if !strings.HasSuffix(block[i], "(") {
			w.member(m[2], block[i])
			continue
		}
		opening, arguments := block[i], []string(nil)
		for i++; !strings.HasPrefix(strings.TrimSpace(block[i]), ")"); i++ {
			if argument, has := w.wants(block[i]); has {
				arguments = append(arguments, strings.TrimSpace(argument))
			}
		}
		end := strings.TrimPrefix(strings.TrimSpace(block[i]), ")")
		if len(arguments) > 0 {
			opening, end = opening+strings.Join(arguments, " "), ")"+end
		} else { // without arguments there are no parentheses either
			opening = strings.TrimSuffix(opening, "(")
		}
		w.member(m[2], opening+end)
	}
}

// member adds a field, an argument of an input or a value of an enum, if the version has it. The end of the definition
// passes as one.
func (w *schemaWriter) member(of, line string) {
	plain, wanted := w.wants(line)
	if !wanted {
		return
	}
	w.text.WriteString(plain + "\n")
	if name := memberName(plain); name != "" {
		w.has[of+"."+name] = true
	}
}

// memberName is the name that a line begins with; "" for the end of a definition.
func memberName(line string) string {
	line = strings.TrimSpace(line)
	if end := strings.IndexFunc(line, func(r rune) bool {
		return r != '_' && !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9')
	}); end >= 0 {
		return line[:end]
	}
	return line
}
