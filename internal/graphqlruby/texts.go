package graphqlruby

// The texts of graphql-ruby that documents are refused with, by the file of the gem that has them.
const (
	// lib/graphql/language/lexer.rb
	textNoEllipsis      = "Expected `...`, actual: %s"
	textMalformedNumber = "Expected type 'number', but it was malformed: %s."
	textMalformedString = "Expected string or block string, but it was malformed"
	textBadEscape       = "Bad unicode escape in %s"
	textBadUnicode      = "Parse error on bad Unicode escape sequence"

	// lib/graphql/language/parser.rb
	textEndOfDocument = "Unexpected end of document"
	textExpected      = "Expected %s, actual: %s (%s)"
	textExpectedOne   = "Expected one of %s, actual: %s (%s)"
	textParsePlace    = "%s at [%d, %d]"
	textNoType        = "Missing type definition for variable: $%s"
	textTooLarge      = "This query is too large to execute."
	nothingHere       = "(none)"
	nothingOfMany     = "NOTHING"

	// lib/graphql/query.rb
	textNameRequired = "An operation name is required"
	textNoOperation  = "No operation named \"%s\""

	// lib/graphql/static_validation/rules/*.rb
	textSchemaDefinitions   = "Query cannot contain schema definitions"
	textUndefinedDirective  = "Directive @%s is not defined%s"
	textDirectiveLocation   = "'@%s' can't be applied to %s (allowed: %s)"
	textDirectiveTwice      = "The directive \"%s\" can only be used once at this location."
	textOperationsUnnamed   = "Operation name is required when multiple operations are present"
	textOperationNameTwice  = "Operation name \"%s\" must be unique"
	textFragmentNameTwice   = "Fragment name \"%s\" must be unique"
	textFragmentLoop        = "Fragment %s contains an infinite loop"
	textFragmentUnnamed     = "Fragment definition has no name"
	textFragmentUndefined   = "Fragment %s was used, but not defined"
	textFragmentUnused      = "Fragment %s was defined, but not used"
	textFragmentType        = "No such type %s, so it can't be a fragment condition%s"
	textFragmentNoComposite = "Invalid fragment on type %s (must be Union, Interface or Object)"
	textFragmentImpossible  = "Fragment%s on %s can't be spread inside %s"
	textUnionField          = "Selections can't be made directly on unions (see selections on %s)"
	textUndefinedField      = "Field '%s' doesn't exist on type '%s'%s"
	textFieldConflict       = "Field '%s' has %s %s conflict: %s?"
	textLeafSelections      = "Selections can't be made on %ss (%s returns %s but has selections [%s])"
	textNoSelections        = "Field must have selections (%s returns %s but has no selections." +
		" Did you mean '%s { ... }'?)"
	textUndefinedArgument   = "%s '%s' doesn't accept argument '%s'%s"
	textArgumentLiteral     = "Argument '%s' on %s '%s' has an invalid value%s. Expected type '%s'."
	textMissingArguments    = "%s '%s' is missing required arguments: %s"
	textMissingAttribute    = "Argument '%s' on InputObject '%s' is required. Expected type %s"
	textArgumentTwice       = "There can be only one argument named \"%s\""
	textVariableTwice       = "There can only be one variable named \"%s\""
	textInputFieldTwice     = "There can be only one input field named \"%s\""
	textVariableTypeMissing = "%s isn't a defined input type (on $%s)%s"
	textVariableTypeOutput  = "%s isn't a valid input type (on $%s)"
	textVariableDefault     = "Default value for $%s doesn't match type %s"
	textVariableUnused      = "Variable $%s is declared by %s but not used"
	textVariableUndefined   = "Variable $%s is used by %s but not declared"
	textVariableMismatch    = "%s on variable $%s and argument %s (%s / %s)"
	textNoMutations         = "Schema is not configured for mutations"
	textNoSubscriptions     = "Schema is not configured for subscriptions"
	textOneSubscription     = "A subscription operation may only have one selection"
	textOneOfKeys           = "OneOf Input Object '%s' must specify exactly one key."
	textOneOfNull           = "Argument '%s.%s' must be non-null."
	textOneOfVariable       = "Variable '%s' must be non-nullable to be used for OneOf Input Object '%s'."
	textValidationTimeout   = "Timeout on validation of query"

	// lib/graphql/static_validation/validation_context.rb
	textDidYouMean = " (Did you mean %s?)"

	// lib/graphql/query/variables.rb, variable_validation_error.rb, lib/graphql/schema/*.rb
	textVariableInvalid  = "Variable $%s of type %s was provided invalid value"
	textVariableProblems = " for %s"
	textTooManyVariables = "Too many errors processing variables, max validation error limit reached. Execution aborted"
	textTooManyItems     = "Too many errors processing list variable, max validation error limit reached." +
		" Execution aborted"
	textNotNull           = "Expected value to not be null"
	textNotCoercible      = "Could not coerce value %s to %s"
	textNotInEnum         = "Expected %s to be one of: %s"
	textNotAnObject       = "Expected %s to be a key-value object."
	textNotAField         = "Field is not defined on %s"
	textOneOfProblemNull  = "'%s' requires exactly one argument, but '%s' was `null`."
	textOneOfProblemCount = "'%s' requires exactly one argument, but %d were provided."
	textOneOfLiteral      = "`%s` is a OneOf type, so only one argument may be given (instead of %d)"
	textNullArgument      = "`null` is not a valid input for `%s`, please provide a value for this argument."

	// lib/graphql/analysis/max_query_depth.rb, max_query_complexity.rb
	textTooDeep    = "Query has depth of %d, which exceeds max depth of %d"
	textTooComplex = "Query has complexity of %d, which exceeds max complexity of %d"

	// lib/graphql/invalid_null_error.rb
	textNullField = "Cannot return null for non-nullable field %s.%s"
	textNullItem  = "Cannot return null for non-nullable element of type '%s' for %s.%s"
)
