package fakegitlab

import (
	"bytes"
	"cmp"
	_ "embed" // for the schema
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
	"github.com/fakegitlab/fakegitlab/internal/plain"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// ScenarioError is everything that is wrong with a scenario. ReadScenario, Scenario.Validate and Fake.Seed return it
// as a pointer.
type ScenarioError struct {
	Problems []ScenarioProblem
}

// ScenarioProblem is one thing wrong with a scenario.
type ScenarioProblem struct {
	// Path is the value's place in the scenario, in the names of its JSON: runners[2].projects[0]. Empty for the whole.
	Path    string
	Message string
	// Line and Column are the value's place in the text that ReadScenario read, counted from 1; 0 without a text.
	Line, Column int
	// File is the file that WithScenarioFile read, else "".
	File string
	// Name is that of the record, where Seed refused one that has a name: a path, a username, a description.
	Name string
}

// Error lists every problem with its place, each on a line of its own where there are several.
func (e *ScenarioError) Error() string {
	if len(e.Problems) == 1 {
		return "scenario: " + e.Problems[0].String()
	}
	lines := []string{fmt.Sprintf("scenario: %d problems:", len(e.Problems))}
	for _, p := range e.Problems {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n\t")
}

// String is the problem on one line: 12:7: runners[2].projects[0]: no project "acme/shpo"; did you mean "acme/shop"?
func (p ScenarioProblem) String() string {
	path := p.Path
	if p.Name != "" {
		path += " (" + p.Name + ")"
	}
	return datajson.InFile(p.File, p.Line, p.Column, datajson.At(path, p.Message))
}

// In is the error with the places of its problems in the JSON that the scenario was read from. ReadScenario does so
// itself; what Seed refuses comes without, as it knows no text.
func (e *ScenarioError) In(text []byte) *ScenarioError {
	placed := &ScenarioError{Problems: slices.Clone(e.Problems)}
	places := datajson.Offsets(text)
	for i := range placed.Problems {
		p := &placed.Problems[i]
		p.Line, p.Column = datajson.Position(text, places.Of(p.Path))
	}
	slices.SortStableFunc(placed.Problems, func(a, b ScenarioProblem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return placed
}

// ReadScenario reads a scenario as Write writes it. Roles may be numbers, durations texts such as "1h 30m", times
// dates alone; null is the same as a field left out; a "$schema" for editors is passed over. Everything that is
// wrong, from an unknown field to a reference into the void (see Scenario.Validate), comes in one *ScenarioError.
func ReadScenario(r io.Reader) (Scenario, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return Scenario{}, fmt.Errorf("scenario: %w", err)
	}
	var s Scenario
	found := problemsOf(s.UnmarshalJSON(text))
	if err := placedIn(text, found, s.rejections()); err != nil {
		return Scenario{}, err
	}
	return s, nil
}

// WithScenarioFile is WithScenario for a file, read by ReadScenario when the fake starts; of the two the last option
// counts. The path is taken from the working directory, in a test the folder of its package. What is wrong with the
// file fails the start, with its name, line and column.
func WithScenarioFile(path string) Option {
	return func(o *options) {
		o.scenario, o.scenarioFile = nil, func(f *Fake) error { return f.seedFile(path) }
		if path == "" { // an unset variable
			o.mistaken(`WithScenarioFile(""): there is no path`)
		}
	}
}

// seedInitial seeds what WithScenario or WithScenarioFile says, and keeps it for Reset.
func (f *Fake) seedInitial() error {
	switch {
	case f.options.scenarioFile != nil:
		return f.options.scenarioFile(f)
	case f.options.scenario == nil:
		return nil
	}
	kept := plain.Clone(*f.options.scenario)
	f.initial.scenario = &kept
	return f.Seed(kept)
}

// seedFile seeds what WithScenarioFile says, and keeps it for Reset.
func (f *Fake) seedFile(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("WithScenarioFile: %w%s", err, nearest.File(path))
	}
	s, err := ReadScenario(bytes.NewReader(text))
	if err == nil {
		f.initial.scenario = &s
		err = f.Seed(s)
	}
	var refused *ScenarioError
	if !errors.As(inText(err, text), &refused) {
		return err
	}
	for i := range refused.Problems {
		refused.Problems[i].File = path
	}
	return refused
}

//go:embed docs/scenario.schema.json
var schema string

// Schema is the JSON Schema (draft 7) of what ReadScenario reads, with a description of each field, for editors to
// complete, check and explain it. docs/seeding.md tells how an editor gets it.
func Schema() []byte { return []byte(schema) }

// placedIn is the error of what is wrong with a scenario read from text: what the reader found, and what lies deeper.
// It is nil when nothing is.
func placedIn(text []byte, found []datajson.Problem, deeper []rejection) error {
	if len(found)+len(deeper) == 0 {
		return nil
	}
	if offsets := datajson.Offsets(text); len(offsets) > 0 { // of malformed JSON nothing more can be said
		found = append(found, deeperIn(offsets, found, deeper)...)
	}
	slices.SortStableFunc(found, func(a, b datajson.Problem) int { return cmp.Compare(a.Offset, b.Offset) })
	e := &ScenarioError{}
	for _, p := range found {
		line, column := datajson.Position(text, p.Offset)
		e.Problems = append(e.Problems, ScenarioProblem{Path: p.Path, Message: p.Message, Line: line, Column: column})
	}
	return e
}

// deeperIn finds the places in the text of problems that only the whole scenario shows.
func deeperIn(offsets datajson.Places, found []datajson.Problem, deeper []rejection) []datajson.Problem {
	all := make([]datajson.Deeper, len(deeper))
	for i, r := range deeper {
		all[i] = datajson.Deeper{At: r.at, Field: r.Field, From: r.From, Message: r.Text}
	}
	return datajson.PlaceDeeper(all, found, offsets)
}

func problemsOf(err error) []datajson.Problem {
	var found *datajson.Error
	if errors.As(err, &found) {
		return found.Problems
	}
	return nil
}

// Write writes the scenario as JSON for people, indented by two blanks, with a final line feed. Equal scenarios give
// equal bytes, so that the text can be kept in a golden file. It does not validate: what it wrote, ReadScenario
// judges.
func (s Scenario) Write(w io.Writer) error {
	compact, err := s.MarshalJSON()
	if err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	var text bytes.Buffer
	if err := json.Indent(&text, compact, "", "  "); err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	text.WriteByte('\n')
	_, err = w.Write(text.Bytes())
	return err
}

// knownValues are the values of the types that are words of GitLab, which have one name here and in the world.
func knownValues(t reflect.Type) []string {
	switch {
	case t.PkgPath() != ownPackage:
		return nil
	case t == reflect.TypeFor[NetworkFault]():
		return world.WordsOf(ConnectionReset, EmptyReply, Hang, TruncatedBody, MalformedJSON)
	}
	return world.ValuesOf(t.Name())
}

func unmarshalData(text []byte, v any) error { return datajson.Unmarshal(text, v, knownValues) }

func unmarshalFields(text []byte, v any) error { return datajson.UnmarshalFields(text, v, knownValues) }

// MarshalJSON writes the scenario compactly, otherwise as Write does.
func (s Scenario) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(s) }

// UnmarshalJSON reads what MarshalJSON wrote. It refuses unknown fields and wrong types, all at once, but unlike
// ReadScenario it neither validates nor knows lines.
func (s *Scenario) UnmarshalJSON(text []byte) error {
	isSchema := func(p datajson.Problem) bool { return p.Path == "$schema" }
	found := slices.DeleteFunc(problemsOf(unmarshalFields(text, s)), isSchema)
	if len(found) == 0 {
		return nil
	}
	return &datajson.Error{Problems: found}
}

// MarshalJSON writes the settings as Scenario.Write does.
func (s Settings) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(s) }

// UnmarshalJSON reads the settings as ReadScenario does, and as strictly.
func (s *Settings) UnmarshalJSON(text []byte) error { return unmarshalFields(text, s) }

// MarshalJSON writes the limit as Scenario.Write does.
func (l RateLimit) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(l) }

// UnmarshalJSON reads the limit as ReadScenario does, and as strictly.
func (l *RateLimit) UnmarshalJSON(text []byte) error { return unmarshalFields(text, l) }

// MarshalJSON writes the user as Scenario.Write does.
func (u User) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(u) }

// UnmarshalJSON reads the user as ReadScenario does, and as strictly.
func (u *User) UnmarshalJSON(text []byte) error { return unmarshalFields(text, u) }

// MarshalJSON writes the access token as Scenario.Write does.
func (t AccessToken) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(t) }

// UnmarshalJSON reads the access token as ReadScenario does, and as strictly.
func (t *AccessToken) UnmarshalJSON(text []byte) error { return unmarshalFields(text, t) }

// MarshalJSON writes the group as Scenario.Write does.
func (g Group) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(g) }

// UnmarshalJSON reads the group as ReadScenario does, and as strictly.
func (g *Group) UnmarshalJSON(text []byte) error { return unmarshalFields(text, g) }

// MarshalJSON writes the project as Scenario.Write does.
func (p Project) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(p) }

// UnmarshalJSON reads the project as ReadScenario does, and as strictly.
func (p *Project) UnmarshalJSON(text []byte) error { return unmarshalFields(text, p) }

// MarshalJSON writes the runner as Scenario.Write does.
func (r Runner) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(r) }

// UnmarshalJSON reads the runner as ReadScenario does, and as strictly.
func (r *Runner) UnmarshalJSON(text []byte) error { return unmarshalFields(text, r) }

// MarshalJSON writes the runner manager as Scenario.Write does.
func (m RunnerManager) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(m) }

// UnmarshalJSON reads the runner manager as ReadScenario does, and as strictly.
func (m *RunnerManager) UnmarshalJSON(text []byte) error { return unmarshalFields(text, m) }

// MarshalJSON writes the job as Scenario.Write does.
func (j Job) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(j) }

// UnmarshalJSON reads the job as ReadScenario does, and as strictly.
func (j *Job) UnmarshalJSON(text []byte) error { return unmarshalFields(text, j) }

// MarshalJSON writes the pipeline as Scenario.Write does.
func (p Pipeline) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(p) }

// UnmarshalJSON reads the pipeline as ReadScenario does, and as strictly.
func (p *Pipeline) UnmarshalJSON(text []byte) error { return unmarshalFields(text, p) }

// MarshalJSON writes the commit as Scenario.Write does.
func (c Commit) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(c) }

// UnmarshalJSON reads the commit as ReadScenario does, and as strictly.
func (c *Commit) UnmarshalJSON(text []byte) error { return unmarshalFields(text, c) }

// MarshalJSON writes the artifact as Scenario.Write does.
func (a Artifact) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(a) }

// UnmarshalJSON reads the artifact as ReadScenario does, and as strictly.
func (a *Artifact) UnmarshalJSON(text []byte) error { return unmarshalFields(text, a) }

// inText adds to an error of Seed the places in the text where the refused things stand.
func inText(err error, text []byte) error {
	var invalid *ScenarioError
	if errors.As(err, &invalid) && invalid.Problems[0].Line == 0 {
		return invalid.In(text)
	}
	return err
}

// UnmarshalText reads a role's word, in capitals or not, or its number.
func (r *Role) UnmarshalText(text []byte) error {
	read, err := world.ReadRole(string(text))
	if err == nil {
		*r = Role(read)
	}
	return err
}

// UnmarshalJSON reads a role as a word or as GitLab's number, "maintainer" or 40; null changes nothing.
func (r *Role) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	read, err := world.ReadRoleInJSON(text)
	if err == nil {
		*r = Role(read)
	}
	return err
}
