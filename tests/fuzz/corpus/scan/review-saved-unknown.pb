
"serve

xMyOwnOperator