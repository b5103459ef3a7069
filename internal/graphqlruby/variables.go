package graphqlruby

import (
	"fmt"
	"strings"
)

// variables are the values of an operation's variables: plain values as they were given, or literals where a default
// took their place. One that was neither given nor has a default is absent.
type variables map[string]any

// readVariables checks what was given against what an operation declares (lib/graphql/query/variables.rb). As there, a
// non-null variable must be given even if it has a default.
func (v *view) readVariables(o *operation, given map[string]any) (variables, []*variableError) {
	values, errors := variables{}, []*variableError(nil)
	for _, declared := range o.variables {
		if len(errors) >= mostErrors {
			return nil, append(errors, &variableError{message: textTooManyVariables, problems: problems(textTooManyVariables)})
		}
		value, ok := given[declared.name]
		plain := plainValue(value)
		if wrong := v.checkInput(declared.typ, plain, mostErrors-len(errors)); wrong != nil {
			errors = append(errors, newVariableError(declared, value, wrong))
			continue
		}
		switch {
		case ok:
			values[declared.name] = plain
		case declared.initial != nil:
			values[declared.name] = declared.initial
		}
	}
	return values, errors
}

// variableError is one variable whose value is refused (lib/graphql/query/variable_validation_error.rb).
type variableError struct {
	message  string
	declared *variable // nil if it is about none
	value    any       // as it was given
	problems []problem
}

func newVariableError(v *variable, value any, wrong []problem) *variableError {
	message := fmt.Sprintf(textVariableInvalid, v.name, v.typ)
	var fields []string
	for _, p := range wrong {
		if len(p.Path) > 0 {
			fields = append(fields, fmt.Sprintf("%s (%s)", dotted(p.Path), p.Explanation))
		}
	}
	if fields != nil {
		message += fmt.Sprintf(textVariableProblems, strings.Join(fields, ", "))
	}
	return &variableError{message: message, declared: v, value: value, problems: wrong}
}

func dotted(path []any) string {
	steps := make([]string, len(path))
	for i, step := range path {
		if step != nil {
			steps[i] = fmt.Sprint(step)
		}
	}
	return strings.Join(steps, ".")
}

// absent is a value that was not given at all.
type absent struct{}

// plain turns a literal into a value as a variable has it, variables filled in
// (lib/graphql/execution/interpreter/arguments_cache.rb, prepare_args_hash).
func (vs variables) plain(value any) any {
	switch v := value.(type) {
	case *variableUse:
		known, ok := vs[v.name]
		if !ok {
			return absent{}
		}
		return vs.plain(known)
	case nullLiteral:
		return nil
	case EnumLiteral:
		return string(v)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = vs.plain(item)
			if list[i] == (absent{}) {
				list[i] = nil
			}
		}
		return list
	case *objectLiteral:
		return vs.plainArguments(v.fields)
	}
	return value
}

func (vs variables) plainArguments(all []*argument) map[string]any {
	given := map[string]any{}
	for _, a := range all {
		if value := vs.plain(a.value); value != (absent{}) {
			given[a.name] = value
		}
	}
	return given
}

// coerce makes the arguments that a resolver gets of plain values (lib/graphql/schema/member/has_arguments.rb). One
// that must be given may be absent all the same, since the variables of a fragment that stands before its operation are
// not looked at by validation. The gem calls the resolver without it, which breaks; here it is refused as a null is.
func (v *view) coerce(args []*argDef, given map[string]any) (Args, *Error) {
	result := Args{}
	for _, a := range args {
		value, ok := given[a.name]
		if !ok {
			if a.required() {
				return nil, &Error{Message: fmt.Sprintf(textNullArgument, a.typ)}
			}
			if a.initial == nil {
				continue
			}
			value = variables(nil).plain(a.initial)
		}
		coerced, err := v.coerceValue(a.typ, value)
		if err != nil {
			return nil, err
		}
		result[a.name] = coerced
	}
	return result, nil
}

func (v *view) coerceValue(t *typeRef, value any) (any, *Error) {
	if value == nil {
		if t.NonNull {
			return nil, &Error{Message: fmt.Sprintf(textNullArgument, t)}
		}
		return nil, nil
	}
	if t.Elem != nil {
		given := asList(value)
		list := make([]any, len(given))
		for i, item := range given {
			// An item of null is not asked whether it may be: coerce_input of lib/graphql/schema/list.rb passes it on.
			if item == nil {
				continue
			}
			coerced, err := v.coerceValue(t.Elem, item)
			if err != nil {
				return nil, err
			}
			list[i] = coerced
		}
		return list, nil
	}
	return v.coerceNamed(v.named(t), value)
}

func (v *view) coerceNamed(t *typeDef, value any) (any, *Error) {
	switch t.kind {
	case kindEnum:
		if name, ok := value.(string); ok && t.has(name) {
			return name, nil
		}
		return nil, nil
	case kindInputObject:
		given, ok := value.(map[string]any)
		if !ok {
			return nil, nil
		}
		args, err := v.coerce(t.inputs, given)
		if err != nil {
			return nil, err
		}
		return args, nil
	}
	coerced, err := t.parse(value)
	if err != nil {
		return nil, asShown(err)
	}
	return coerced, nil
}

// asShown is an error as the client sees it; one of a scalar's need not be an *Error.
func asShown(err error) *Error {
	if shown, ok := err.(*Error); ok {
		return shown
	}
	return &Error{Message: err.Error()}
}
