call list_documents();
