import java.sql.DriverManager;

/** Prints the rows of a query, then the keys of a table, as a JDBC client sees them. */
class JdbcRead {
    public static void main(String[] arguments) throws Exception {
        try (var connection = DriverManager.getConnection(arguments[0], arguments[1], System.getenv("PGPASSWORD"))) {
            try (var rows = connection.createStatement().executeQuery(arguments[2])) {
                var about = rows.getMetaData();
                while (rows.next()) {
                    for (int i = 1; i <= about.getColumnCount(); i++) {
                        var value = rows.getObject(i);
                        var kind = value == null ? "null" : value.getClass().getSimpleName();
                        System.out.println("cell " + kind + " " + value);
                    }
                }
            }
            try (var keys = connection.getMetaData().getPrimaryKeys(null, "core", "fct_case")) {
                while (keys.next()) {
                    System.out.println("key " + keys.getString("COLUMN_NAME"));
                }
            }
            try (var keys = connection.getMetaData().getImportedKeys(null, "core", "fct_case")) {
                while (keys.next()) {
                    System.out.println("foreign " + keys.getString("PKTABLE_NAME"));
                }
            }
        }
    }
}
