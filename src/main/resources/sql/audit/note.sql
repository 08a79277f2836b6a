-- Notes a deed. $1 who, $2 action, $3 target, $4 detail, $5 outcome
INSERT INTO audit (who, action, target, detail, outcome) VALUES ($1, $2, $3, $4, $5)
